// What the scripts ask of Dash, which renders the pages and names itself on the window.

/**
 * Sets properties of a component, as if the visitor had.
 *
 * @param {string} id
 * @param {Record<string, unknown>} properties
 */
export function setProperties(id, properties) {
  /** @type {any} */ (globalThis).dash_clientside.set_props(id, properties);
}
