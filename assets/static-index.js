// Searches a static site: reads the index's files, of which it loads those that a search needs.

import { byPrice, counted, shuffled, testsOf } from "./static-columns.js";
import { fileName } from "./static-names.js";
import { beginningsOf, codeOf, isUnspaced, mistakesIn, nearest, searchedWords } from "./static-words.js";

/**
 * @typedef {object} Wanted  what an address asks for
 * @property {string} search
 * @property {boolean} exact
 * @property {import("./static-columns.js").Filters} filters
 * @property {string} sort
 * @property {number} seed
 */
/** @typedef {{ word: string, terms: string, adds?: boolean }} Meaning  what a word was taken for */
/** @typedef {{ positions: number[], corrected: string, meanings: Meaning[], facets: import("./static-columns.js").Facets }} Answer */
/** @typedef {[score: number, steps: number[]][]} Entries */
/** @typedef {{ count: number, currency: string, sorts: string[], words: string[], codes: string[],
 *   synonyms: string[], between: string[] }} About */

const SHARD = 2; // letters that choose a file
const MOST_TOGETHER = 3; // words of a synonym
const SHORTEST_ID = 3; // letters from which the beginning of an id finds it
const [SHORTEST_PART, SHORTEST_HEAD, MOST_COMPOUNDS] = [4, 3, 50];

export class Index {
  /** @param {(path: string) => Promise<any>} load  gives a file's content, parsed */
  constructor(load) {
    this.load = load;
    /** @type {Promise<About>} */
    this.about = load("about.json");
  }

  /**
   * Returns the positions of all products that are wanted, in order, and the counts for the filters.
   *
   * @param {Wanted} wanted
   * @returns {Promise<Answer>}
   */
  async search(wanted) {
    const [about, columns] = await Promise.all([this.about, this.load("columns.json")]);
    const { found, corrected, meanings } = await this.#found(wanted);
    const currency = wanted.filters.currency || about.currency;
    const tests = testsOf(columns, wanted.filters, about.currency);
    if (found) {
      const among = new Set(found);
      tests.set("search", (position) => among.has(position));
    }
    const { admitted, facets } = counted(columns, tests, currency);
    const order = await this.#order(wanted, found, columns, about);
    return { positions: order.filter((position) => admitted[position]), corrected, meanings, facets };
  }

  /**
   * @param {Wanted} wanted
   * @param {number[] | null} found
   * @param {import("./static-columns.js").Columns} columns
   * @param {About} about
   * @returns {Promise<number[]>}
   */
  async #order({ sort, seed, filters }, found, columns, { count, currency, sorts }) {
    if (sort === "shuffle") return shuffled(count, seed);
    if (sort.startsWith("price")) return byPrice(columns, filters.currency || currency, sort === "price-down");
    if (sorts.includes(sort)) return this.load(`orders/${sort}.json`);
    return found ?? [...Array(count).keys()];
  }

  // --- words ----------------------------------------------------------------------------------------

  /** @param {Wanted} wanted @returns {Promise<{ found: number[] | null, corrected: string, meanings: Meaning[] }>} */
  async #found({ search, exact }) {
    const typed = search.trim();
    if (!typed) return { found: null, corrected: "", meanings: [] };
    const words = searchedWords(typed);
    const { same, begun } = await this.#ids(typed);
    const asTyped = exact || same.length + begun.length > 0;
    const { told, taken, meanings, sets } = asTyped
      ? { told: words, taken: words, meanings: [], sets: await Promise.all(words.map((word) => this.#scores(word))) }
      : await this.#understood(words);
    const found = matching(sets);
    const first = !found.length || looksLikeAnId(typed) ? [...same, ...begun] : same;
    const corrected = taken.join(" ") === told.join(" ") ? "" : taken.join(" ");
    return { found: [...new Set([...first, ...found])], corrected, meanings };
  }

  /**
   * What words are taken for: synonyms and phrases of up to three words, words put right, and none that only stands
   * between others or describes and is found nowhere.
   *
   * @param {string[]} words
   */
  async #understood(words) {
    const { told, counts } = toldWords(words, new Set((await this.about).between));
    /** @type {string[]} */
    const taken = [];
    /** @type {Meaning[]} */
    const meanings = [];
    /** @type {Map<number, number>[]} */
    const sets = [];
    for (let place = 0; place < told.length;) {
      const { count, scores, terms, adds } = await this.#longest(told.slice(place, place + MOST_TOGETHER));
      const word = told.slice(place, place + count).join(" ");
      const meant = scores ? word : await this.#meant(word);
      const found = scores ?? await this.#scores(meant);
      const isAskedFor = place <= counts && counts < place + count;
      const describes = /^\p{L}{3,}$/u.test(word);
      if (terms) meanings.push({ word, terms, adds });
      if (scores || isAskedFor || !describes || found.size) {
        taken.push(meant);
        sets.push(found);
      }
      place += count;
    }
    return { told, taken, meanings, sets };
  }

  /**
   * How many of some words are taken together for a synonym, what it finds and what is said of that; one and null
   * where it is none.
   *
   * @param {string[]} words
   * @returns {Promise<{ count: number, scores: Map<number, number> | null, terms?: string, adds?: boolean }>}
   */
  async #longest(words) {
    for (let count = words.length; count > 0; count -= 1) {
      const phrase = words.slice(0, count).join(" ");
      const shard = shardOf(phrase);
      if (!(await this.about).synonyms.includes(shard)) continue;
      /** @type {Record<string, { found: Entries, terms?: string, adds?: boolean }>} */
      const content = await this.load(`synonyms/${fileName(shard)}.json`);
      if (!Object.hasOwn(content, phrase)) continue;
      const { found, terms, adds } = content[phrase];
      return { count, scores: scoresOf(found), terms, adds };
    }
    return { count: 1, scores: null };
  }

  /**
   * Returns the positions that a word finds, with scores.
   *
   * @param {string} word
   * @returns {Promise<Map<number, number>>}
   */
  async #scores(word) {
    const parts = word.split(" ").flatMap(beginningsOf);
    const each = await Promise.all(parts.map((beginning) => this.#begun(beginning)));
    const known = each.filter((scores) => scores !== null);
    if (known.length === each.length) return known.reduce(both);
    /** @type {Map<number, number>} */
    const found = new Map();
    for (const scores of await Promise.all((await this.#compounds(word)).map((whole) => this.#begun(whole)))) {
      for (const [position, score] of scores ?? []) found.set(position, (found.get(position) ?? 0) + score);
    }
    return found;
  }

  /**
   * Returns what the beginning of a word finds; null where no word begins so.
   *
   * @param {string} beginning
   * @returns {Promise<Map<number, number> | null>}
   */
  async #begun(beginning) {
    const shard = shardOf(beginning);
    const { words } = await this.about;
    if (!words.includes(shard)) return null;
    /** @type {Record<string, Entries>} */
    const content = await this.load(`words/${fileName(shard)}.json`);
    const key = Object.keys(content).reduce((best, other) =>
      other.startsWith(beginning) && (!best || other < best) ? other : best, "");
    return key ? scoresOf(content[key]) : null;
  }

  /** The words that hold another after their beginning. @param {string} word */
  async #compounds(word) {
    if (word.length < SHORTEST_PART || !/^\p{L}+$/u.test(word) || isUnspaced(word)) return [];
    const vocabulary = Object.keys(await this.load("spelling.json"));
    return vocabulary.filter((whole) => whole.indexOf(word, SHORTEST_HEAD) > 0).slice(0, MOST_COMPOUNDS);
  }

  /** The word that a typed one is taken for. @param {string} word */
  async #meant(word) {
    if (!mistakesIn(word) || (await this.#scores(word)).size) return word;
    /** @type {Record<string, number>} */
    const vocabulary = await this.load("spelling.json");
    for (let place = SHORTEST_HEAD; place <= word.length - SHORTEST_HEAD; place += 1) {
      const parts = [word.slice(0, place), word.slice(place)];
      if (!parts.every((part) => Object.hasOwn(vocabulary, part))) continue;
      if ((await this.#scores(parts.join(" "))).size) return parts.join(" ");
    }
    return nearest(word, vocabulary);
  }

  /** @param {string} typed */
  async #ids(typed) {
    const code = codeOf(typed);
    const shard = shardOf(code);
    const { codes } = await this.about;
    /** @type {[string, number][]} */
    const entries = code && codes.includes(shard) ? await this.load(`codes/${fileName(shard)}.json`) : [];
    const same = entries.filter(([other]) => other === code);
    const isBegun = (/** @type {string} */ other) =>
      code.length >= SHORTEST_ID && other !== code && other.startsWith(code);
    const begun = entries.filter(([other]) => isBegun(other));
    return { same: same.map(([, position]) => position), begun: begun.map(([, position]) => position) };
  }
}

/** The beginning that chooses a file. @param {string} text */
const shardOf = (text) => [...text].slice(0, SHARD).join("");

/**
 * The words without those between others, and the place of the one that counts: the last before the first between.
 *
 * @param {string[]} words
 * @param {Set<string>} between
 */
function toldWords(words, between) {
  const told = words.filter((word) => !between.has(word));
  if (!told.length) return { told: words, counts: words.length - 1 };
  const first = words.findIndex((word) => !between.has(word));
  const end = words.findIndex((word, place) => place > first && between.has(word));
  return { told, counts: (end < 0 ? words.length : end) - first - 1 };
}

/** The positions that are in all sets, the best sums of scores first. @param {Map<number, number>[]} sets */
function matching(sets) {
  if (!sets.length) return [];
  const [first, ...others] = [...sets].sort((one, other) => one.size - other.size);
  /** @type {[number, number][]} */
  const found = [];
  for (const [position, score] of first) {
    if (!others.every((scores) => scores.has(position))) continue;
    found.push([position, others.reduce((sum, scores) => sum + (scores.get(position) ?? 0), score)]);
  }
  found.sort(([one, best], [other, better]) => better - best || one - other);
  return found.map(([position]) => position);
}

/** @param {Map<number, number>} one @param {Map<number, number>} other */
function both(one, other) {
  return new Map([...one].filter(([position]) => other.has(position)).map(([position, score]) =>
    [position, score + (other.get(position) ?? 0)]));
}

/** @param {Entries} entries */
function scoresOf(entries) {
  /** @type {Map<number, number>} */
  const scores = new Map();
  for (const [score, steps] of entries) {
    let position = 0;
    for (const step of steps) {
      position += step;
      scores.set(position, score);
    }
  }
  return scores;
}

/** @param {string} typed */
function looksLikeAnId(typed) {
  const signs = [...codeOf(typed)];
  const digits = signs.filter((sign) => /\p{Nd}/u.test(sign)).length;
  return !/\s/.test(typed) && digits > 0 && digits < signs.length;
}
