// Where a visitor is on the map, as the address keeps it behind its "#": the server has no need of it, and the
// way back finds it again.

// The centre, the zoom, and the group and the box that are chosen. `names` has the numbers of the groups, `whole`
// the centre and the zoom of the whole map.
export function readState(names, whole) {
  const state = { ...whole, group: null, box: null };
  const kept = new URLSearchParams(location.hash.slice(1));
  const numbers = (name, count) => {
    const values = (kept.get(name) ?? "").split(",").map(Number);
    return values.length === count && values.every(Number.isFinite) ? values : null;
  };
  const at = numbers("at", 3);
  if (at) [state.x, state.y, state.zoom] = at;
  const box = numbers("box", 4);
  if (box) [state.box] = [{ left: box[0], top: box[1], right: box[2], bottom: box[3] }];
  if (kept.has("category")) state.group = names.get(kept.get("category")) ?? null;
  return state;
}

export function writeState({ x, y, zoom, group, box }, names, whole) {
  const kept = new URLSearchParams();
  const moved = zoom !== 1 || x !== whole.x || y !== whole.y;
  if (moved) kept.set("at", [Math.round(x), Math.round(y), +zoom.toFixed(3)]);
  for (const [name, number] of names) if (number === group) kept.set("category", name);
  if (box) kept.set("box", [box.left, box.top, box.right, box.bottom].map(Math.round));
  const hash = kept.size ? `#${kept}`.replaceAll("%2C", ",") : "";
  if (hash !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
}
