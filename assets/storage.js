// Stores values in the browser, under the shop's own names. If storage is full or switched off, they last as long as
// the page.

// Several sites below paths of one host have different names: "akin-visits", "akin/look-visits".
const SITE = globalThis.document?.documentElement.dataset.site?.slice(0, -1) ?? "";
const PREFIX = `akin${SITE}-`;

class Store {
  /** @param {"localStorage" | "sessionStorage"} kind */
  constructor(kind) {
    this.kind = kind;
    /** @type {Map<string, unknown>} */
    this.memory = new Map(); // values that could not be stored
  }

  /**
   * Reads the value of a name, or null.
   *
   * @param {string} name
   * @returns {any}
   */
  read(name) {
    if (this.memory.has(name)) return this.memory.get(name);
    try {
      return JSON.parse(globalThis[this.kind].getItem(PREFIX + name) ?? "null");
    } catch {
      return null; // Storage is switched off, or the value is not JSON.
    }
  }

  /**
   * Writes a value as JSON; null deletes it.
   *
   * @param {string} name
   * @param {unknown} value
   */
  write(name, value) {
    this.memory.delete(name);
    try {
      if (value === null) globalThis[this.kind].removeItem(PREFIX + name);
      else globalThis[this.kind].setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      this.memory.set(name, value);
    }
  }

  /** Deletes all values of the shop, and no others. */
  clear() {
    this.memory.clear();
    try {
      const storage = globalThis[this.kind];
      for (const name of Object.keys(storage)) if (name.startsWith(PREFIX)) storage.removeItem(name);
    } catch {
      // Nothing could be stored.
    }
  }
}

/** Lasts until it is deleted. */
export const local = new Store("localStorage");

/** Lasts as long as the tab is open. */
export const session = new Store("sessionStorage");
