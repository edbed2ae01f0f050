// Calls Dash, which renders the pages and is a property of the window.

/**
 * Sets properties of a component, as if the visitor had changed them.
 *
 * @param {string} id
 * @param {Record<string, unknown>} properties
 */
export function setProperties(id, properties) {
  /** @type {any} */ (globalThis).dash_clientside.set_props(id, properties);
}
