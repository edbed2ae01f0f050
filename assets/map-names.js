// The names of categories on the map, each where its products are densest.

import { create } from "./elements.js";

const CELLS = 24; // cells of the grid on each axis, for finding the densest place
const GAP = 4; // pixels between two names
const NEAR = 4; // the zoom from which names are hidden, because the pictures are enough

/** @typedef {{ group: number, count: number, x: number, y: number, label: HTMLElement }} Name */

/**
 * Returns the mean place of the densest 3 × 3 cells of each group and the group's number of points, by group. Only
 * points that match the filters count.
 *
 * @param {Pick<import("./map-points.js").Points, "count" | "x" | "y" | "group" | "bounds" | "meant">} points
 * @returns {Map<number, { count: number, x: number, y: number }>}
 */
export function middles({ count, x, y, group, bounds, meant }) {
  const wide = Math.max(bounds.right - bounds.left, 1);
  const high = Math.max(bounds.bottom - bounds.top, 1);
  const cell = (/** @type {number} */ at, /** @type {number} */ span) => Math.min(Math.floor((at / span) * CELLS), CELLS - 1);
  /** @type {Map<number, Map<number, { count: number, x: number, y: number }>>} */
  const grids = new Map();
  for (let point = 0; point < count; point++) {
    if (meant && !meant[point]) continue;
    const place = cell(y[point] - bounds.top, high) * CELLS + cell(x[point] - bounds.left, wide);
    const grid = grids.get(group[point]) ?? new Map();
    grids.set(group[point], grid);
    const sums = grid.get(place) ?? { count: 0, x: 0, y: 0 };
    grid.set(place, { count: sums.count + 1, x: sums.x + x[point], y: sums.y + y[point] });
  }
  const found = new Map();
  for (const [number, grid] of grids) {
    let best = { count: 0, x: 0, y: 0 };
    for (const place of grid.keys()) {
      const around = { count: 0, x: 0, y: 0 };
      for (const down of [-CELLS, 0, CELLS]) {
        for (const right of [-1, 0, 1]) {
          const other = grid.get(place + down + right);
          if (!other || Math.abs((place % CELLS) - ((place + down + right) % CELLS)) > 1) continue;
          around.count += other.count;
          around.x += other.x;
          around.y += other.y;
        }
      }
      if (around.count > best.count) best = around;
    }
    const all = [...grid.values()].reduce((sum, each) => sum + each.count, 0);
    found.set(number, { count: all, x: best.x / best.count, y: best.y / best.count });
  }
  return found;
}

export class Names {
  /**
   * @param {HTMLElement} layer
   * @param {import("./map-points.js").Points} points
   * @param {HTMLElement[]} groups  the switches of the legend
   */
  constructor(layer, points, groups) {
    const places = middles(points);
    /** @type {Name[]} */
    this.names = groups.flatMap(({ dataset: { group, name = "" } }) => {
      const found = places.get(Number(group));
      if (!found) return [];
      const label = create("span", { className: "map-name", dir: "auto" }, name.split(" > ").at(-1) ?? name);
      return [{ ...found, group: Number(group), label }];
    });
    this.names.sort((one, other) => other.count - one.count);
    layer.replaceChildren(...this.names.map(({ label }) => label));
  }

  /**
   * Shows the names that fit, those of the largest groups first, and returns their boxes in pixels.
   *
   * @param {import("./map-view.js").View} view
   * @param {number | null} chosen  the only group that is chosen, or null for all
   */
  show(view, chosen) {
    /** @type {import("./map-view.js").Box[]} */
    const taken = [];
    const sizes = this.names.map(({ label }) => [label.offsetWidth, label.offsetHeight]);
    for (const [place, { group, x, y, label }] of this.names.entries()) {
      const [width, height] = sizes[place];
      const [middle, line] = view.toScreen(x, y);
      const box = { left: middle - width / 2, top: line - height / 2, right: middle + width / 2, bottom: line + height / 2 };
      const fits = box.left >= 0 && box.top >= 0 && box.right <= view.width && box.bottom <= view.height;
      const free = taken.every((other) =>
        box.left > other.right + GAP || box.right < other.left - GAP
        || box.top > other.bottom + GAP || box.bottom < other.top - GAP);
      const shown = view.zoom < NEAR && fits && free && (chosen === null || chosen === group);
      label.style.visibility = shown ? "visible" : "hidden";
      if (!shown) continue;
      label.style.transform = `translate(${box.left.toFixed(1)}px, ${box.top.toFixed(1)}px)`;
      taken.push(box);
    }
    return taken;
  }
}
