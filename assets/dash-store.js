// Keeps Dash from work that grows with the square of a page's components.
//
// Each component of a new page tells Dash's store to forget what came to that place of the page before, and the
// store then asks all components whether something changed for them: with 740 components, half a million questions
// and a second of a phone's time. Hardly ever is there something to forget, and then nobody needs to be asked.

const RESET = "RESET_COMPONENT_STATE";

/**
 * @typedef {{ type?: string, payload?: { itempath?: (string | number)[] } }} Action
 * @typedef {{ dispatch: (action: Action) => unknown, getState: () => { layoutHashes?: object } }} Store
 */

/** @param {Store} store @param {Action} action */
function resetsNothing(store, { type, payload }) {
  if (type !== RESET || !payload?.itempath) return false;
  const place = payload.itempath.join(",");
  return !Object.keys(store.getState().layoutHashes ?? {}).some((known) => known.startsWith(place));
}

/**
 * Makes a store pass over the resets that would change nothing.
 *
 * @param {Store} store
 */
export function passOverEmptyResets(store) {
  const { dispatch } = store;
  store.dispatch = (action) => (resetsNothing(store, action) ? action : dispatch(action));
}

/** A list for Dash to put its stores into, each of which passes over empty resets. */
export class Stores extends Array {
  /** @param {...Store} stores */
  push(...stores) {
    stores.forEach(passOverEmptyResets);
    return super.push(...stores);
  }
}
