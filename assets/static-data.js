// Loads the JSON files of a static site, each once.

import { closest, create } from "./elements.js";
import { ask } from "./problems.js";
import { fileName } from "./static-names.js";

const IN_A_FILE = 8; // cards, as dashapp/document/static_pages.py writes them

/** @typedef {{ id: string, position: number, neighbours: number[], small: string, title: string }} Listed */

export class StaticData {
  /** @param {string} root  the site's path, without a slash at the end */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, Promise<any>>} */
    this.loaded = new Map();
  }

  /**
   * @param {string} path
   * @returns {Promise<any>}
   */
  load(path) {
    const before = this.loaded.get(path);
    if (before) return before;
    const loading = ask(`${this.root}/${path}`).then((response) => response.json());
    this.loaded.set(path, loading);
    loading.catch(() => this.loaded.delete(path)); // The next one may succeed.
    return loading;
  }

  /**
   * Returns the cards of products, in order.
   *
   * @param {number[]} positions
   */
  async cards(positions) {
    return (await this.texts(positions)).map(elementOf);
  }

  /**
   * Returns their HTML.
   *
   * @param {number[]} positions
   */
  texts(positions) {
    return Promise.all(positions.map(async (position) => {
      const cards = await this.load(`cards/${Math.floor(position / IN_A_FILE)}.json`);
      return String(cards[position % IN_A_FILE]);
    }));
  }

  /**
   * Returns a product's list, or null if there is no such product.
   *
   * @param {string} id
   * @returns {Promise<Listed | null>}
   */
  listed(id) {
    return this.load(`lists/${fileName(id)}.json`).catch(() => null);
  }
}

/** The element of a file's HTML, which the site's own pages are made of. @param {string} html */
export function elementOf(html) {
  const made = create("template");
  made.innerHTML = html;
  const element = closest(made.content.firstElementChild, "*");
  if (!element) throw new Error("A file of this site holds no element.");
  return element;
}
