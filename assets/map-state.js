// Keeps the visitor's view of the map in the address's fragment, behind "#". The server does not need it, and going
// back restores it.

/** @typedef {import("./map-view.js").Place} Place */
/** @typedef {import("./map-view.js").Box} Box */
/** @typedef {{ place: Place | null, group: number | null, box: Box | null }} State  what is chosen; null for all */
/** @typedef {ReadonlyMap<string, number>} Names  the number of each group */

/**
 * Parses the fragment of an address. What is missing or invalid is null.
 *
 * @param {string} hash
 * @param {Names} names
 * @returns {State}
 */
export function readState(hash, names) {
  const kept = new URLSearchParams(hash.slice(1));
  /**
   * @param {string} name
   * @param {number} count
   */
  const numbers = (name, count) => {
    const values = (kept.get(name) ?? "").split(",").map(Number);
    return values.length === count && values.every(Number.isFinite) ? values : null;
  };
  const category = kept.get("category");
  const [x, y, zoom] = numbers("at", 3) ?? [];
  const [left, top, right, bottom] = numbers("box", 4) ?? [];
  return {
    place: x === undefined ? null : { x, y, zoom },
    group: category === null ? null : names.get(category) ?? null,
    box: left === undefined ? null : { left, top, right, bottom },
  };
}

/**
 * Returns the fragment for a state; empty if the whole map is shown and nothing is chosen.
 *
 * @param {State} state
 * @param {Names} names
 */
export function writtenState({ place, group, box }, names) {
  const kept = new URLSearchParams();
  if (place) kept.set("at", [Math.round(place.x), Math.round(place.y), +place.zoom.toFixed(3)].join());
  for (const [name, number] of names) if (number === group) kept.set("category", name);
  if (box) kept.set("box", [box.left, box.top, box.right, box.bottom].map(Math.round).join());
  return kept.size ? `#${kept}`.replaceAll("%2C", ",") : "";
}
