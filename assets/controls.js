// The controls of a page. The server renders them again whenever one is used: this finds the new element of the same
// control.

import { all, closest, find, get } from "./elements.js";

/**
 * @typedef {object} Used  A control that was used.
 * @property {string | undefined} name  the name of its switch, the group of controls it belongs to
 * @property {number} number  its switch's index among the switches of that name
 * @property {number} place  its index among the links of its switch
 * @property {string} id
 * @property {string | undefined} option
 * @property {number} within  pixels that the menu around it was scrolled
 */

/**
 * @param {ParentNode} root
 * @param {string} [name]
 */
const switches = (root, name = "") => all(root, `[data-switch="${CSS.escape(name)}"]`);

/**
 * Describes a control below `root`.
 *
 * @param {HTMLElement} control
 * @param {ParentNode} root
 * @returns {Used}
 */
export function described(control, root) {
  const group = closest(control, "[data-switch]");
  const links = group ? all(group, "a") : [];
  return {
    name: group?.dataset.switch,
    number: group ? switches(root, group.dataset.switch).indexOf(group) : -1,
    place: links.indexOf(/** @type {HTMLAnchorElement} */ (control)),
    id: control.id,
    option: control.dataset.option,
    within: closest(control, ".menu-panel")?.scrollTop ?? 0,
  };
}

/**
 * Returns the control below `root` that replaced a used one, or null. Opens its menu again and restores its scroll
 * position if the menu allows several choices.
 *
 * @param {Used} used
 * @param {ParentNode} root
 */
export function standIn({ name, number, place, id, option, within }, root) {
  const same = switches(root, name);
  const group = same[number] ?? same.at(-1);
  if (!group) return id ? find(root, `#${CSS.escape(id)}`) : null;
  if (group instanceof HTMLAnchorElement) return group;
  const chosen = id ? `#${CSS.escape(id)}` : `[data-option="${CSS.escape(option ?? "")}"]`;
  const stays = group instanceof HTMLDetailsElement && "stays" in group.dataset;
  if (stays) group.open = true;
  const control = (stays && find(group, chosen)) || find(group, "summary") || all(group, "a")[place] || null;
  const panel = closest(control, ".menu-panel");
  if (panel) panel.scrollTop = within;
  return control;
}

/**
 * Returns the fields of a form as the query of an address, without empty fields.
 *
 * @param {HTMLFormElement} form
 */
export function argumentsOf(form) {
  const given = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  return new URLSearchParams(given.filter(([, value]) => value !== ""));
}

/**
 * Returns an address with its query. Commas are not escaped, as in the server's links.
 *
 * @param {string} path
 * @param {URLSearchParams} given
 */
export const addressWith = (path, given) => path + (given.size ? `?${given}`.replaceAll("%2C", ",") : "");

/**
 * Shows the slider's number of look-alikes beside it.
 *
 * @param {HTMLInputElement} slider
 */
export function showCount({ value }) {
  const text = get(document, "#shown-count").firstChild;
  if (text) text.nodeValue = value; // React keeps using the same node.
}
