// What the browser keeps for the shop, under names of its own. Where storage is full or switched off, it lasts as
// long as the page.

// Of several sites below paths of one host, each has names of its own: "akin-visits", "akin/look-visits".
const SITE = globalThis.document?.documentElement.dataset.site?.slice(0, -1) ?? "";
const PREFIX = `akin${SITE}-`;

class Store {
  /** @param {"localStorage" | "sessionStorage"} kind */
  constructor(kind) {
    this.kind = kind;
    /** @type {Map<string, unknown>} */
    this.memory = new Map(); // what could not be stored
  }

  /**
   * What was written under a name, or null.
   *
   * @param {string} name
   * @returns {any}
   */
  read(name) {
    if (this.memory.has(name)) return this.memory.get(name);
    try {
      return JSON.parse(globalThis[this.kind].getItem(PREFIX + name) ?? "null");
    } catch {
      return null; // Storage is switched off, or holds something else.
    }
  }

  /**
   * Writes a value as JSON; null removes what is there.
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

  /** Forgets all that is the shop's, and nothing else. */
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

/** Lasts until it is forgotten. */
export const local = new Store("localStorage");

/** Lasts as long as the tab is open. */
export const session = new Store("sessionStorage");
