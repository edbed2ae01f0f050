// Filters, counts and orders of a static site's products. bundle/search/index.py does the same on the server.

/**
 * @typedef {object} Filters
 * @property {string} category
 * @property {string[]} brands
 * @property {string[]} tags
 * @property {string[]} colours
 * @property {boolean} stock
 * @property {boolean} sale
 * @property {number | null} lowest
 * @property {number | null} highest
 * @property {string} currency
 */
/** @typedef {{ names: string[], of: number[] }} One  each product's place in the names, or -1 */
/** @typedef {{ names: string[], of: number[][] }} Several */
/**
 * @typedef {object} Columns  what index.py writes
 * @property {One} category
 * @property {One} brand
 * @property {One} currency
 * @property {Several} tag
 * @property {Several} colour
 * @property {number[]} stock
 * @property {number[]} sale
 * @property {(number | null)[]} price
 */
/** @typedef {[name: string, products: number][]} Counts */
/**
 * @typedef {object} Facets
 * @property {Counts} category  paths, parents among them, by name
 * @property {Counts} brand
 * @property {Counts} tag
 * @property {Counts} colour
 * @property {Counts} currency
 * @property {number} stock
 * @property {number} sale
 * @property {{ lowest: number, highest: number, currency: string } | null} prices
 */

const BETWEEN = " > ";

/** @param {string} category */
export const pathOf = (category) => category.split(BETWEEN).map((part) => part.trim()).filter(Boolean);

/** @param {string[]} path */
export const nameOf = (path) => path.join(BETWEEN);

/** The categories that a category is in, itself last. @param {string} category */
const within = (category) => pathOf(category).map((_, depth, path) => nameOf(path.slice(0, depth + 1)));

/**
 * Returns for each kind of filter a test of a product's position; kinds that admit all are left out.
 *
 * @param {Columns} columns
 * @param {Filters} filters
 * @param {string} usual  the currency that counts where none is chosen
 * @returns {Map<string, (position: number) => boolean>}
 */
export function testsOf(columns, filters, usual) {
  /** @type {Map<string, (position: number) => boolean>} */
  const tests = new Map();
  const wanted = nameOf(pathOf(filters.category));
  if (wanted) {
    const fits = columns.category.names.map((name) => within(name).includes(wanted));
    tests.set("category", (position) => fits[columns.category.of[position]] ?? false);
  }
  if (filters.brands.length) {
    tests.set("brand", (position) => filters.brands.includes(columns.brand.names[columns.brand.of[position]]));
  }
  for (const [kind, names] of /** @type {const} */ ([["tag", filters.tags], ["colour", filters.colours]])) {
    const { names: all, of } = columns[kind];
    if (names.length) tests.set(kind, (position) => of[position].some((place) => names.includes(all[place])));
  }
  if (filters.stock) tests.set("stock", (position) => columns.stock[position] === 1);
  if (filters.sale) tests.set("sale", (position) => columns.sale[position] === 1);
  const { lowest, highest, currency } = filters;
  if (currency || lowest !== null || highest !== null) {
    const counts = currencyTest(columns, currency || usual);
    tests.set("price", (position) => {
      const price = columns.price[position];
      return counts(position) && price !== null && price >= (lowest ?? -Infinity) && price <= (highest ?? Infinity);
    });
  }
  return tests;
}

/**
 * @param {Columns} columns
 * @param {string} currency
 */
function currencyTest({ currency: { names, of } }, currency) {
  const place = names.indexOf(currency);
  return (/** @type {number} */ position) => place >= 0 && of[position] === place;
}

/**
 * Returns which products pass all tests, and the counts of each kind among those that pass all others.
 *
 * @param {Columns} columns
 * @param {Map<string, (position: number) => boolean>} tests
 * @param {string} currency  the currency whose prices count
 * @returns {{ admitted: Uint8Array, facets: Facets }}
 */
export function counted(columns, tests, currency) {
  const count = columns.price.length;
  const admitted = new Uint8Array(count);
  const kinds = [...tests];
  /** @type {Record<string, Map<string, number>>} */
  const found = {};
  for (const kind of ["category", "brand", "tag", "colour", "currency"]) found[kind] = new Map();
  let [stock, sale, low, high] = [0, 0, Infinity, -Infinity];
  const isPriced = currencyTest(columns, currency);
  const parents = columns.category.names.map(within);
  for (let position = 0; position < count; position += 1) {
    const failed = kinds.filter(([, test]) => !test(position)).map(([kind]) => kind);
    if (failed.length > 1) continue;
    if (!failed.length) admitted[position] = 1;
    const passes = (/** @type {string} */ kind) => !failed.length || failed[0] === kind;
    const add = (/** @type {string} */ kind, /** @type {string} */ name) =>
      found[kind].set(name, (found[kind].get(name) ?? 0) + 1);
    if (passes("category")) for (const name of parents[columns.category.of[position]] ?? []) add("category", name);
    const brand = columns.brand.names[columns.brand.of[position]];
    if (brand && passes("brand")) add("brand", brand);
    for (const kind of /** @type {const} */ (["tag", "colour"])) {
      if (passes(kind)) for (const place of columns[kind].of[position]) add(kind, columns[kind].names[place]);
    }
    if (passes("stock")) stock += columns.stock[position];
    if (passes("sale")) sale += columns.sale[position];
    const price = columns.price[position];
    if (price === null || !passes("price")) continue;
    add("currency", columns.currency.names[columns.currency.of[position]]);
    if (isPriced(position)) [low, high] = [Math.min(low, price), Math.max(high, price)];
  }
  return {
    admitted,
    facets: {
      category: [...found.category].sort(([one], [other]) => (one < other ? -1 : 1)),
      brand: byNumber(found.brand, columns.brand.names),
      tag: byNumber(found.tag, columns.tag.names),
      colour: inOrder(found.colour, columns.colour.names),
      currency: byNumber(found.currency, columns.currency.names),
      stock,
      sale,
      prices: high < low ? null : { lowest: low, highest: high, currency },
    },
  };
}

/** @param {Map<string, number>} counts @param {string[]} names  the most frequent of all products first @returns {Counts} */
const byNumber = (counts, names) => inOrder(counts, names).sort(([, few], [, many]) => many - few);

/** @param {Map<string, number>} counts @param {string[]} names @returns {Counts} */
const inOrder = (counts, names) =>
  names.filter((name) => counts.has(name)).map((name) => [name, counts.get(name) ?? 0]);

/**
 * Returns all positions by price: first those in a currency, then those in others, then those without a price.
 *
 * @param {Columns} columns
 * @param {string} currency
 * @param {boolean} down
 */
export function byPrice(columns, currency, down) {
  const { names, of } = columns.currency;
  const totals = names.map((_, place) => of.filter((other) => other === place).length);
  const rank = names.map((name, place) => (name === currency ? -Infinity : -totals[place]));
  const price = (/** @type {number} */ position) => columns.price[position] ?? 0;
  const rankOf = (/** @type {number} */ position) =>
    columns.price[position] === null ? Infinity : rank[of[position]];
  const way = down ? -1 : 1;
  return columns.price.map((_, position) => position).sort((one, other) => {
    const [here, there] = [rankOf(one), rankOf(other)];
    return here === there ? way * (price(one) - price(other)) || one - other : here < there ? -1 : 1;
  });
}

/**
 * Returns all positions in an order that a seed decides.
 *
 * @param {number} count
 * @param {number} seed
 */
export function shuffled(count, seed) {
  // Mulberry32, by Tommy Ettinger: each position has a number of its own.
  const draw = (/** @type {number} */ position) => {
    let mixed = (Math.imul(seed, 0x9e3779b1) + Math.imul(position + 1, 0x6d2b79f5)) | 0;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return [...Array(count).keys()].sort((one, other) => draw(one) - draw(other) || one - other);
}
