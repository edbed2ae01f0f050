// Says messages in the page's language. A message is written in English where it is used; the page brings its
// translation. In places in braces, values are filled in.

const page = globalThis.document; // A worker has none: it says nothing itself.
const { lang = "en", dir = "ltr" } = page?.documentElement ?? {};

/** The page's language. */
export const language = lang || "en";

const element = page?.getElementById("messages");
/** @type {Record<string, string | string[]>} */
const translations = JSON.parse(element?.textContent || "{}");
// CLDR's names of the plural forms, in the order in which a message has them.
const names = (element?.dataset.plurals ?? "one other").split(" ");
const forms = new Intl.PluralRules(language);
// As on the server, digits are 0 to 9 in every language.
const numbers = new Intl.NumberFormat(`${language}-u-nu-latn`);

/**
 * A number with grouped thousands.
 *
 * @param {number} number
 * @param {Intl.NumberFormatOptions} [options]
 */
export const written = (number, options) =>
  (options ? new Intl.NumberFormat(`${language}-u-nu-latn`, options) : numbers).format(number);

/**
 * A message in the page's language.
 *
 * @param {string} message
 * @param {Record<string, string>} [values]
 */
export function _(message, values) {
  const said = translations[message] ?? message;
  return filled(typeof said === "string" ? said : message, values);
}

/**
 * The form of a message that a number needs; `{count}` in it is the number.
 *
 * @param {string} one
 * @param {string} several
 * @param {number} number
 * @param {Record<string, string>} [values]
 */
export function n_(one, several, number, values) {
  const said = translations[one];
  const form = Array.isArray(said) ? said[names.indexOf(forms.select(number))] ?? said[said.length - 1] : undefined;
  return filled(form ?? (number === 1 ? one : several), { count: written(number), ...values });
}

/**
 * Marks a message that is said later, by `_`.
 *
 * @param {string} message
 */
export const N_ = (message) => message;

/**
 * @param {string} message
 * @param {Record<string, string>} [values]
 */
function filled(message, values = {}) {
  return message.replaceAll(/\{(\w+)\}/g, (place, name) => (name in values ? isolated(values[name]) : place));
}

// A value may run in the other direction than its sentence: Unicode's isolates keep them apart.
const isolated = (/** @type {string} */ value) => (dir === "rtl" && value ? `\u2068${value}\u2069` : value);
