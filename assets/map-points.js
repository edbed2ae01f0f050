// The points of a map, with an index by place.

import { SPAN } from "./map-view.js";
import { clamp } from "./numbers.js";
import { ask } from "./problems.js";

const CELLS = 128; // of the index, on each axis
const SHIFT = 9; // SPAN / CELLS = 2 ** SHIFT

const DIMMED = 65535; // the group number of points that filters leave out

export class Points {
  /** @param {ArrayBuffer} buffer  three columns of little-endian 16-bit numbers: x, y and group, a row a product */
  constructor(buffer) {
    const columns = new Uint16Array(buffer);
    this.count = columns.length / 3;
    this.x = columns.subarray(0, this.count);
    this.y = columns.subarray(this.count, 2 * this.count);
    this.group = columns.subarray(2 * this.count);
    /** Which points match the filters, one byte a point, or null for all. @type {Uint8Array<ArrayBuffer> | null} */
    this.meant = null;
    this.bounds = { left: SPAN, top: SPAN, right: 0, bottom: 0 };
    this.starts = new Uint32Array(CELLS * CELLS + 1);
    this.sorted = new Uint32Array(this.count);
    const cells = new Uint16Array(this.count);
    for (let point = 0; point < this.count; point++) {
      cells[point] = (this.y[point] >> SHIFT) * CELLS + (this.x[point] >> SHIFT);
      this.starts[cells[point] + 1]++;
      this.bounds.left = Math.min(this.bounds.left, this.x[point]);
      this.bounds.top = Math.min(this.bounds.top, this.y[point]);
      this.bounds.right = Math.max(this.bounds.right, this.x[point]);
      this.bounds.bottom = Math.max(this.bounds.bottom, this.y[point]);
    }
    for (let cell = 0; cell < CELLS * CELLS; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    for (let point = 0; point < this.count; point++) this.sorted[next[cells[point]]++] = point;
  }

  /**
   * Returns the positions of the points inside a box of the map, edges included, in ascending order. Only points that
   * match the filters count, and only those of `group` if it is given.
   *
   * @overload
   * @param {import("./map-view.js").Box} box
   * @param {{ group?: number | null }} [options]
   * @returns {Uint32Array<ArrayBuffer>}
   */
  /**
   * Returns null if there are more than `most`.
   *
   * @overload
   * @param {import("./map-view.js").Box} box
   * @param {{ group?: number | null, most: number }} options
   * @returns {Uint32Array<ArrayBuffer> | null}
   */
  /**
   * @param {import("./map-view.js").Box} box
   * @param {{ group?: number | null, most?: number }} [options]
   */
  inside({ left, top, right, bottom }, { group = null, most = Infinity } = {}) {
    const found = [];
    const cell = (/** @type {number} */ value) => clamp(value >> SHIFT, 0, CELLS - 1);
    for (let row = cell(top); row <= cell(bottom); row++) {
      const [from, to] = [row * CELLS + cell(left), row * CELLS + cell(right) + 1];
      for (let index = this.starts[from]; index < this.starts[to]; index++) {
        const point = this.sorted[index];
        const [x, y] = [this.x[point], this.y[point]];
        if (x < left || x > right || y < top || y > bottom) continue;
        if (group !== null && this.group[point] !== group) continue;
        if (this.meant && !this.meant[point]) continue;
        if (found.length === most) return null;
        found.push(point);
      }
    }
    return Uint32Array.from(found).sort();
  }

  /** The group of each point, or `DIMMED` if filters leave it out. */
  get drawn() {
    return this.meant ? this.group.map((group, point) => (this.meant?.[point] ? group : DIMMED)) : this.group;
  }

  /**
   * Returns the point closest to a place, or null if none is within `reach`.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @param {number | null} [group]  the only one that counts
   */
  nearest(x, y, reach, group = null) {
    /** @type {number | null} */
    let best = null;
    let least = reach * reach;
    const around = { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
    for (const point of this.inside(around, { group })) {
      const distance = (this.x[point] - x) ** 2 + (this.y[point] - y) ** 2;
      if (distance <= least) [best, least] = [point, distance];
    }
    return best;
  }
}

/**
 * Fetches which points match the filters; returns null if there is no address.
 *
 * @param {string} href
 */
export async function meantOf(href) {
  return href ? new Uint8Array(await (await ask(href)).arrayBuffer()) : null;
}

// The points fetched last. Dash replaces the first page by its own, which then needs no second request.
/** @type {{ href: string, points: Promise<Points> } | null} */
let last = null;

/**
 * Fetches the points at an address. Throws a `Problem` if that fails.
 *
 * @param {string} href
 */
export function pointsOf(href) {
  if (last?.href !== href) {
    const points = ask(href).then(async (response) => new Points(await response.arrayBuffer()));
    last = { href, points };
    points.catch(() => (last = null));
  }
  return last.points;
}
