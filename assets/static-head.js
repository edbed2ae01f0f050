// The controls above the products of a static site's search. dashapp/parts/filter_bar.py makes the server's.

import { all, create, find, get } from "./elements.js";
import { _, n_, written } from "./messages.js";
import { nameOf, pathOf } from "./static-columns.js";
import { addressOf, withFilters } from "./static-query.js";

/** @typedef {import("./static-query.js").Query} Query */
/** @typedef {import("./static-columns.js").Facets} Facets */
/** @typedef {import("./static-columns.js").Counts} Counts */
/** @typedef {{ name: string, key?: string, target: Query, count?: number, chosen?: boolean, swatch?: boolean }} Choice */

const [FOLD, MOST, CHIPS] = [10, 400, 16];
const LISTS = /** @type {const} */ ([["brand", "brands"], ["colour", "colours"], ["tag", "tags"]]);

export class Head {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** The page's labels of orders and colours, by their names in an address. */
    const labels = (/** @type {string} */ menu) => new Map(all(root, `${menu} .option`).map((link) =>
      [link.dataset.option ?? "", find(link, ".option-name")?.textContent ?? ""]));
    this.sorts = labels(".order");
    this.colours = labels(".options-colour");
  }

  /**
   * Shows a query's controls.
   *
   * @param {Query} query
   * @param {Facets} facets
   * @param {number} total
   * @param {string} currency
   */
  show(query, facets, total, currency) {
    const level = levelOf(query, facets);
    const aside = level.names.length <= CHIPS;
    this.#chips(query, aside ? level : { base: [], names: [] });
    const here = nameOf(pathOf(query.filters.category));
    const inMenu = [...level.names].sort(([, few], [, many]) => many - few);
    this.#list("category", aside ? [] : inMenu.map(([name, count]) => ({
      name: pathOf(name).at(-1) ?? "", count, chosen: name === here, target: withFilters(query, { category: name }),
    })), query, 0);
    for (const [kind, field] of LISTS) {
      const chosen = query.filters[field];
      const counts = [...facets[kind]];
      for (const name of chosen) if (!counts.some(([other]) => other === name)) counts.push([name, 0]);
      const choices = counts.map(([name, count]) => ({
        name: (kind === "colour" && this.colours.get(name)) || name, key: name, count, chosen: chosen.includes(name),
        swatch: kind === "colour",
        target: withFilters(query, { [field]: toggled(chosen, name) }),
      }));
      this.#list(kind, counts.length < 2 && !chosen.length ? [] : choices, query, chosen.length);
    }
    this.#price(query, facets);
    for (const kind of /** @type {const} */ (["stock", "sale"])) this.#toggle(kind, query, facets[kind], total);
    this.#sort(query, total);
    this.#active(query, currency);
  }

  /** @param {Query} query @param {{ base: string[], names: Counts }} level */
  #chips(query, { base, names }) {
    const nav = get(this.root, '[data-switch="chips"]');
    nav.hidden = !names.length;
    const here = nameOf(pathOf(query.filters.category));
    const chip = (/** @type {string} */ text, /** @type {string} */ category, /** @type {number} */ count) => {
      const link = create("a", { className: "chip", href: addressOf(withFilters(query, { category })) }, text);
      if (count) link.append(create("span", { className: "chip-count" }, ` ${written(count)}`));
      if (category === here) link.setAttribute("aria-current", "true");
      return create("li", {}, link);
    };
    const everything = chip(base.length ? _("All {category}", { category: base.at(-1) ?? "" }) : _("All"), nameOf(base), 0);
    const chips = names.map(([name, count]) => chip(pathOf(name).at(-1) ?? "", name, count));
    get(nav, "ul").replaceChildren(everything, ...chips);
  }

  /** @param {string} kind @param {Choice[]} choices @param {Query} query @param {number} chosen */
  #list(kind, choices, query, chosen) {
    const menu = find(this.root, `.menu[data-switch="${kind}"]`);
    if (!menu) return;
    menu.hidden = !choices.length;
    const folds = kind !== "colour" && query.all !== kind && choices.length > FOLD + 2;
    const shown = choices.filter((choice, place) => place < (folds ? FOLD : MOST) || choice.chosen);
    const options = shown.map(optionOf);
    if (folds) {
      const text = choices.length <= MOST
        ? _("Show all {total}", { total: written(choices.length) })
        : _("Show {number} of {total}", { number: written(MOST), total: written(choices.length) });
      const href = addressOf({ ...query, all: kind });
      options.push(create("li", {}, create("a", { className: "option option-more", rel: "nofollow", href }, text)));
    }
    get(menu, `.options-${kind}`).replaceChildren(...options);
    markMenu(menu, chosen);
  }

  /** @param {Query} query @param {Facets} facets */
  #price(query, { prices, currency: currencies }) {
    const menu = find(this.root, '.menu[data-switch="price"]');
    const form = menu && find(menu, "form", HTMLFormElement);
    if (!menu || !form) return;
    const { lowest, highest, currency } = query.filters;
    const isBounded = lowest !== null || highest !== null;
    const several = currencies.length > 1 || currency !== "";
    menu.hidden = !isBounded && !several && (!prices || prices.lowest === prices.highest);
    for (const field of all(form, "input[type=hidden]")) field.remove();
    const given = new URLSearchParams(addressOf({ ...query, page: 1 }));
    const kept = [...given].filter(([name]) => name !== "min" && name !== "max");
    form.prepend(...kept.map(([name, value]) => create("input", { type: "hidden", name, value })));
    const bound = (/** @type {string} */ name, /** @type {number | null} */ value, /** @type {number | undefined} */ hint) =>
      Object.assign(get(form, `[name="${name}"]`, HTMLInputElement), {
        value: value ?? "", placeholder: hint?.toFixed(2).replace(".00", "") ?? "",
      });
    bound("min", lowest, prices?.lowest);
    bound("max", highest, prices?.highest);
    const now = prices?.currency ?? currency;
    find(menu, "ul.options")?.replaceChildren(...currencies.map(([name, count]) => optionOf({
      name: name || _("No currency"), count, chosen: name === now, target: withFilters(query, { currency: name }),
    })));
    markMenu(menu, Number(isBounded));
  }

  /** @param {"stock" | "sale"} kind @param {Query} query @param {number} count @param {number} total */
  #toggle(kind, query, count, total) {
    const link = find(this.root, `.menu-toggle[data-switch="${kind}"]`, HTMLAnchorElement);
    if (!link) return;
    const chosen = query.filters[kind];
    link.hidden = !chosen && !(count > 0 && count < total);
    link.href = addressOf(withFilters(query, { [kind]: !chosen }));
    get(link, ".option-count").textContent = ` ${written(count)}`;
    link.toggleAttribute("aria-current", chosen);
    if (chosen) link.setAttribute("aria-current", "true");
  }

  /** @param {Query} query @param {number} total */
  #sort(query, total) {
    const order = find(this.root, ".order");
    if (!order) return;
    order.hidden = total < 2;
    const named = [...this.sorts].map(([sort, name]) => ({
      sort, name: sort || !query.search ? name : _("Best match"),
    }));
    const now = named.find(({ sort }) => sort === query.sort) ?? named[0];
    get(order, ".options").replaceChildren(...named.map(({ name, sort }) => optionOf({
      name, key: sort, chosen: sort === now.sort, target: { ...query, sort, page: 1 },
    })));
    for (const label of all(order, "summary > span, .menu-head > span")) {
      const word = find(label, ".sort-word");
      label.replaceChildren(...(word ? [word] : []), now.name);
    }
    find(order, '[data-switch="shuffle"]')?.remove();
    if (now.sort !== "shuffle") return;
    const href = addressOf({ ...query, seed: query.seed + 1, page: 1 });
    const again = create("a", { className: "more", rel: "nofollow", href }, _("Shuffle again"));
    again.dataset.switch = "shuffle";
    order.prepend(again);
  }

  /** @param {Query} query @param {string} currency */
  #active(query, currency) {
    const list = get(this.root, '[data-switch="active"]');
    const chips = activeOf(this.root, query, currency, this.colours).map(([name, target]) => {
      const hidden = create("span", { className: "visually-hidden" }, `${_("Remove filter")} `);
      return create("li", {}, create("a", { className: "chip chip-active", href: addressOf(target) }, hidden, name));
    });
    list.hidden = !chips.length;
    const count = find(this.root, ".filters-fold > summary .filters-fold-count");
    count?.remove();
    const summary = find(this.root, ".filters-fold > summary");
    if (chips.length) {
      summary?.append(create("span", { className: "menu-count filters-fold-count" }, ` ${chips.length}`));
      const none = { brands: [], tags: [], colours: [], stock: false, sale: false, lowest: null, highest: null, currency: "" };
      const clear = create("a", { className: "more", href: addressOf(withFilters(query, none)) }, _("Clear all"));
      chips.push(create("li", {}, clear));
    }
    list.replaceChildren(...chips);
  }
}

/** @param {readonly string[]} names @param {string} name */
const toggled = (names, name) =>
  names.includes(name) ? names.filter((other) => other !== name) : [...names, name];

/** The categories to choose from, and the path above them. @param {Query} query @param {Facets} facets */
function levelOf(query, facets) {
  const chosen = pathOf(query.filters.category);
  const below = (/** @type {string[]} */ path) =>
    facets.category.filter(([name]) => nameOf(pathOf(name).slice(0, -1)) === nameOf(path));
  let base = chosen.length && !below(chosen).length ? chosen.slice(0, -1) : chosen;
  while (!chosen.length && below(base).length === 1) base = pathOf(below(base)[0][0]);
  const names = below(base);
  return { base, names: names.length > 1 || chosen.length ? names : [] };
}

/** @param {Choice} choice */
function optionOf({ name, key = name, target, count, chosen = false, swatch = false }) {
  const link = create("a", { className: "option", rel: "nofollow", href: addressOf(target) });
  link.dataset.option = key;
  if (swatch) link.append(create("span", { className: `swatch swatch-${key}` }));
  link.append(create("span", { className: "option-name", dir: "auto" }, name));
  if (count !== undefined) link.append(create("span", { className: "option-count" }, written(count)));
  if (chosen) link.setAttribute("aria-current", "true");
  return create("li", {}, link);
}

/** @param {HTMLElement} menu @param {number} chosen */
function markMenu(menu, chosen) {
  find(menu, "summary > .menu-count")?.remove();
  if (chosen) get(menu, "summary").append(create("span", { className: "menu-count" }, ` ${chosen}`));
}

/**
 * The active filters except the category, each with the query without it.
 *
 * @param {HTMLElement} root
 * @param {Query} query
 * @param {string} usual
 * @param {Map<string, string>} colours
 * @returns {[string, Query][]}
 */
function activeOf(root, query, usual, colours) {
  const { filters } = query;
  /** @type {[string, Query][]} */
  const active = [];
  for (const [, field] of LISTS) {
    for (const name of filters[field]) active.push([(field === "colours" && colours.get(name)) || name, withFilters(query, { [field]: toggled(filters[field], name) })]);
  }
  const { lowest, highest, currency } = filters;
  if (lowest !== null || highest !== null) {
    active.push([priceText(lowest, highest, currency || usual), withFilters(query, { lowest: null, highest: null })]);
  }
  if (currency) active.push([_("Prices in {currency}", { currency }), withFilters(query, { currency: "" })]);
  for (const kind of /** @type {const} */ (["stock", "sale"])) {
    const label = find(root, `.menu-toggle[data-switch="${kind}"]`)?.firstChild?.textContent ?? kind;
    if (filters[kind]) active.push([label, withFilters(query, { [kind]: false })]);
  }
  return active;
}

/** @param {number | null} lowest @param {number | null} highest @param {string} currency */
function priceText(lowest, highest, currency) {
  const [low, high] = [lowest, highest].map((amount) => (amount === null ? "" : priceOf(amount, currency)));
  if (low && high) return _("Price {lowest} to {highest}", { lowest: low, highest: high });
  return low ? _("Price from {lowest}", { lowest: low }) : _("Price up to {highest}", { highest: high });
}

/** @param {number} amount @param {string} currency */
function priceOf(amount, currency) {
  try {
    return written(amount, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  } catch {
    return `${amount.toFixed(2)} ${currency}`.trim(); // Some catalogues write a symbol instead of a code.
  }
}

/**
 * What is said of the number of products.
 *
 * @param {number} page
 * @param {number} size
 * @param {number} total
 */
export function countText(page, size, total) {
  const [first, last] = [(page - 1) * size + 1, Math.min(page * size, total)];
  if (total <= size && page === 1) return n_("{count} product", "{count} products", total);
  if (page === 1) return n_("{shown} of {count} product", "{shown} of {count} products", total, { shown: written(last) });
  const shown = { first: written(first), last: written(last), total: written(total) };
  return _("Showing {first}–{last} of {total}", shown);
}

/**
 * The links to other pages.
 *
 * @param {Query} query
 * @param {number} last  the number of pages
 */
export function pagesOf(query, last) {
  const link = (/** @type {number} */ page, text = written(page), rel = "") => {
    const made = create("a", { href: addressOf({ ...query, page }), rel }, text);
    if (!rel) made.setAttribute("aria-label", _("Page {number}", { number: text }));
    if (page === query.page) made.setAttribute("aria-current", "page");
    return create("li", {}, made);
  };
  const near = [1, query.page - 1, query.page, query.page + 1, last].filter((page) => page >= 1 && page <= last);
  const shown = [...new Set(near)].sort((one, other) => one - other);
  const items = shown.flatMap((page, place) => {
    const gap = create("li", { className: "pages-gap", ariaHidden: "true" }, "…");
    return page > (shown[place - 1] ?? 0) + 1 ? [gap, link(page)] : [link(page)];
  });
  if (query.page > 1) items.unshift(link(query.page - 1, _("Previous"), "prev"));
  if (query.page < last) items.push(link(query.page + 1, _("Next"), "next"));
  return items;
}
