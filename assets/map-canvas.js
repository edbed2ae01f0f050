// The canvas of a map, with its colours from the page's style.

import { create } from "./elements.js";
import { painterFor } from "./map-painters.js";
import { clamp } from "./numbers.js";

/** @typedef {import("./map-painters.js").Colour} Colour */

const GROUPS = 10; // groups with a colour of their own; all others have the colour of points that are not chosen

export class MapCanvas {
  /**
   * @param {HTMLElement} place  the canvas's parent
   * @param {import("./map-points.js").Points} points
   * @param {{ lost: () => void, signal: AbortSignal }} options  `lost` is called after the canvas was replaced; the
   *   new one has no size yet. `signal` stops it
   */
  constructor(place, points, { lost, signal }) {
    this.place = place;
    this.points = points;
    this.density = 1; // device pixels for each pixel
    /** @type {string[]} */
    this.css = [];
    /** @type {Colour[]} */
    this.palette = [];
    /** @type {Colour} */
    this.accent = [0, 0, 0];
    const made = () => {
      const canvas = create("canvas");
      place.replaceChildren(canvas);
      // A device may lose its graphics context at any time. A new canvas then replaces the old one.
      canvas.addEventListener("webglcontextlost", () => {
        Object.assign(this, made());
        lost();
      }, { signal });
      return { canvas, painter: painterFor(canvas, points) };
    };
    const { canvas, painter } = made();
    this.canvas = canvas;
    this.painter = painter;
  }

  release() {
    this.painter.release();
  }

  /**
   * @param {number} width  in pixels
   * @param {number} height
   */
  resize(width, height) {
    this.density = Math.min(devicePixelRatio, 2);
    this.canvas.width = Math.round(width * this.density);
    this.canvas.height = Math.round(height * this.density);
  }

  readColours() {
    const style = getComputedStyle(this.place);
    const named = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const numbers = Array.from({ length: GROUPS }, (_, index) => index + 1);
    this.css = ["rest", ...numbers, "rest"].map((name) => named(`--map-${name}`));
    this.palette = this.css.map(colourOf);
    this.accent = colourOf(named("--accent"));
  }

  /**
   * Returns the colour of a group in CSS.
   *
   * @param {number} group
   */
  cssOf(group) {
    return this.css[Math.min(group, this.css.length - 1)];
  }

  /**
   * @param {import("./map-view.js").View} view
   * @param {number | null} chosen  the only group that is chosen, or null for all
   */
  draw({ x, y, zoom, scale, width, height }, chosen) {
    const { density, palette } = this;
    const [rest] = palette;
    const spread = Math.sqrt((width * height) / this.points.count);
    const colours = chosen === null
      ? palette
      : palette.map((colour, index) => (this.css[index] === this.css[0] ? this.accent : colour));
    this.painter.draw({
      width: this.canvas.width,
      height: this.canvas.height,
      size: clamp(0.28 * spread * Math.sqrt(zoom), 2.5, 14) * density,
      scale: scale * density,
      x, y, colours, rest, chosen,
    });
  }
}

/**
 * @param {string} hex  as #rrggbb
 * @returns {Colour}
 */
function colourOf(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  return [red, green, blue];
}
