// The visible part of a map: converts places on the map to pixels and back, and animates its moves.

import { clamp } from "./numbers.js";

export const SPAN = 65536; // coordinates are whole numbers from 0 to 65,535 on both axes
const FARTHEST = 400; // the largest zoom; 1 shows the whole map
const EDGE = 40; // pixels around the whole map, because pictures extend half their size beyond their dots
const LEAST = 64; // the fewest units across the view, which matters if all products are at one place
const DURATION = 220; // milliseconds of an animated move

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box  in units of the map, or in pixels */
/** @typedef {{ x: number, y: number, zoom: number }} Place  the middle of the view, and the zoom */

/**
 * @param {Place} place
 * @returns {Place}
 */
const within = ({ x, y, zoom }) => ({ x: clamp(x, 0, SPAN), y: clamp(y, 0, SPAN), zoom: clamp(zoom, 1, FARTHEST) });

export class View {
  /** @param {Box} bounds  of all points */
  constructor({ left, top, right, bottom }) {
    /** @type {Readonly<Place>} */
    this.whole = { x: (left + right) / 2, y: (top + bottom) / 2, zoom: 1 };
    this.wide = Math.max(right - left, LEAST);
    this.high = Math.max(bottom - top, LEAST);
    this.x = this.whole.x;
    this.y = this.whole.y;
    this.zoom = 1;
    this.width = 0; // pixels
    this.height = 0;
    /** @type {{ from: Place, to: Place, begun: number } | null} */
    this.glide = null;
  }

  /** Pixels for each unit of the map. */
  get scale() {
    return this.zoom * Math.min((this.width - 2 * EDGE) / this.wide, (this.height - 2 * EDGE) / this.high);
  }

  /** @returns {Place} */
  get place() {
    return { x: this.x, y: this.y, zoom: this.zoom };
  }

  /** The place at the end of the current move. */
  get aim() {
    return this.glide?.to ?? this.place;
  }

  /**
   * Converts a place on the map to pixels from the top left corner of the view.
   *
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  /**
   * Converts pixels to a place on the map.
   *
   * @param {number} left
   * @param {number} top
   * @returns {[number, number]}
   */
  toMap(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y + (top - this.height / 2) / this.scale];
  }

  /**
   * Returns the visible box of the map, with a margin in pixels.
   *
   * @param {number} [margin]
   * @returns {Box}
   */
  box(margin = 0) {
    return this.between([-margin, -margin], [this.width + margin, this.height + margin]);
  }

  /**
   * Returns the box on the map between two pixels.
   *
   * @param {[number, number]} corner
   * @param {[number, number]} opposite
   * @returns {Box}
   */
  between([x, y], [otherX, otherY]) {
    const [left, top] = this.toMap(Math.min(x, otherX), Math.min(y, otherY));
    const [right, bottom] = this.toMap(Math.max(x, otherX), Math.max(y, otherY));
    return { left, top, right, bottom };
  }

  /**
   * Moves to a place at once, within the bounds of the map.
   *
   * @param {Partial<Place>} place
   */
  moveTo(place) {
    Object.assign(this, within({ ...this.place, ...place }));
  }

  /**
   * Moves the map by some pixels.
   *
   * @param {number} right
   * @param {number} down
   */
  pan(right, down) {
    this.moveTo({ x: this.x - right / this.scale, y: this.y - down / this.scale });
  }

  /**
   * Multiplies the zoom; the place below a pixel stays there.
   *
   * @param {number} factor
   * @param {[number, number]} pixel
   */
  enlarge(factor, [left, top]) {
    const [x, y] = this.toMap(left, top);
    this.moveTo({ zoom: this.zoom * factor });
    const [nextX, nextY] = this.toMap(left, top);
    this.moveTo(this.zoom === 1 ? this.whole : { x: this.x + x - nextX, y: this.y + y - nextY });
  }

  /**
   * Starts an animated move to a place.
   *
   * @param {Partial<Place>} target
   * @param {number} now  milliseconds
   */
  glideTo(target, now) {
    this.glide = { from: this.place, to: within({ ...this.place, ...target }), begun: now };
  }

  /**
   * Advances the move. Returns whether one is running.
   *
   * @param {number} now  milliseconds
   */
  step(now) {
    if (!this.glide) return false;
    const { from, to, begun } = this.glide;
    const share = clamp((now - begun) / DURATION, 0, 1);
    const eased = 1 - (1 - share) ** 3;
    if (share === 1) {
      this.glide = null;
      this.moveTo(to);
    } else {
      this.moveTo({
        x: from.x + (to.x - from.x) * eased,
        y: from.y + (to.y - from.y) * eased,
        zoom: from.zoom * (to.zoom / from.zoom) ** eased,
      });
    }
    return true;
  }
}
