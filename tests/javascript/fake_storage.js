// Stands in for the browser's storage, which Node has not.

class FakeStorage {
  getItem(name) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }

  setItem(name, text) {
    this[name] = String(text);
  }

  removeItem(name) {
    delete this[name];
  }
}

/** Gives the program empty storages. */
export function useStorage() {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(globalThis, name, { value: new FakeStorage(), configurable: true });
  }
}

/** Gives the program storages that may not be used. */
export function forbidStorage() {
  const get = () => {
    throw new DOMException("", "SecurityError");
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(globalThis, name, { get, configurable: true });
  }
}
