// What the address of a static site's search asks for. dashapp/addresses.py reads the server's addresses alike.

/** @typedef {import("./static-index.js").Wanted & { page: number, all: string }} Query */

const LONGEST = 200;
const MOST_VALUES = 50;
const SORTS = ["name", "price", "price-down", "popularity", "shuffle"];

/**
 * Reads the arguments of an address. Unknown or invalid ones are ignored.
 *
 * @param {URLSearchParams} given
 * @returns {Query}
 */
export function queryOf(given) {
  const text = (/** @type {string} */ name) => (given.getAll(name).at(-1) ?? "").slice(0, LONGEST);
  const several = (/** @type {string} */ name) =>
    [...new Set(given.getAll(name).filter(Boolean))].slice(0, MOST_VALUES).map((value) => value.slice(0, LONGEST));
  let [lowest, highest] = [amount(text("min")), amount(text("max"))];
  if (lowest !== null && highest !== null && lowest > highest) [lowest, highest] = [highest, lowest];
  return {
    search: text("q").trim(),
    exact: text("exact") === "yes",
    filters: {
      category: text("category"),
      brands: several("brand"),
      tags: several("tag"),
      colours: several("colour"),
      stock: text("stock") === "in",
      sale: text("sale") === "on",
      lowest,
      highest,
      currency: text("currency"),
    },
    sort: SORTS.includes(text("sort")) ? text("sort") : "",
    seed: positive(text("seed")) || 1,
    page: positive(text("page")) || 1,
    all: text("all"),
  };
}

/**
 * Returns the query of an address, from the question mark on.
 *
 * @param {Query} query
 */
export function addressOf({ search, exact, filters, sort, seed, page, all }) {
  /** @type {[string, string | string[]][]} */
  const given = [
    ["q", search], ["exact", search && exact ? "yes" : ""], ["category", filters.category],
    ["brand", filters.brands], ["tag", filters.tags], ["colour", filters.colours],
    ["stock", filters.stock ? "in" : ""], ["sale", filters.sale ? "on" : ""],
    ["min", written(filters.lowest)], ["max", written(filters.highest)], ["currency", filters.currency],
    ["sort", sort], ["seed", sort === "shuffle" ? String(seed) : ""], ["all", all],
    ["page", page > 1 ? String(page) : ""],
  ];
  const pairs = given.flatMap(([name, values]) => [values].flat().filter(Boolean).map((value) => [name, value]));
  return `?${new URLSearchParams(pairs)}`;
}

/**
 * Returns the first page of a query with some filters changed.
 *
 * @param {Query} query
 * @param {Partial<import("./static-columns.js").Filters>} changes
 * @returns {Query}
 */
export const withFilters = (query, changes) => ({ ...query, filters: { ...query.filters, ...changes }, page: 1 });

/** @param {string} text */
const positive = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : 0);

/** @param {string} text */
function amount(text) {
  const number = text.trim() ? Number(text.slice(0, 20).replace(",", ".")) : NaN;
  return Number.isFinite(number) && number >= 0 ? Math.round(number * 100) / 100 : null;
}

/** @param {number | null} number */
const written = (number) => (number === null ? "" : String(number));
