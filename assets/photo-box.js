// The photo with a box around the part to search with. The visitor draws and moves it with a pointer or the keys.

import { create, get } from "./elements.js";
import { ARROWS, isShortcut } from "./inputs.js";
import { N_, _ } from "./messages.js";
import { clamp } from "./numbers.js";

const LEAST = 0.04; // the least width and height of a box, in shares of the picture
const REACH = 6; // pixels that a pointer must move to draw a box
const STEP = 0.02; // the share of the picture that an arrow key moves; Shift moves five times as much
const HANDLES = {
  move: N_("Move the marked part"),
  nw: N_("Top left corner"),
  ne: N_("Top right corner"),
  sw: N_("Bottom left corner"),
  se: N_("Bottom right corner"),
};
const BEGIN = { x: 0.2, y: 0.2, width: 0.6, height: 0.6 };

/** @typedef {{ x: number, y: number, width: number, height: number }} Box  in shares of the picture */
/** @typedef {[x: number, y: number]} At  a place in the picture, in shares of it */

export class BoxEditor {
  /**
   * @param {HTMLElement} stage  the photo's parent
   * @param {(box: Box | null) => void} changed  called with each new box, null for none
   */
  constructor(stage, changed) {
    this.stage = stage;
    this.changed = changed;
    /** @type {Box | null} */
    this.box = null;
    this.frame = create("div", { className: "photo-frame" });
    this.marked = create("div", { className: "photo-box" });
    this.marked.append(...Object.entries(HANDLES).map(([name, label]) => this.#handle(name, _(label))));
    this.frame.addEventListener("pointerdown", (event) => this.#grab(event));
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ name: string, box: Box | null }} options
   */
  show(canvas, { name, box }) {
    this.box = box;
    const shown = copyOf(canvas);
    shown.setAttribute("role", "img");
    shown.setAttribute("aria-label", name);
    // The photo is as large as it fits, but is not enlarged.
    this.frame.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
    this.frame.style.setProperty("--shape", String(canvas.width / canvas.height));
    this.frame.replaceChildren(shown, this.marked);
    this.stage.replaceChildren(this.frame);
    this.#draw();
  }

  begin() {
    this.#change(BEGIN);
    get(this.marked, "button").focus();
  }

  clear() {
    this.#change(null);
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  #handle(name, label) {
    const className = `photo-handle photo-handle-${name}`;
    const button = create("button", { type: "button", className, ariaLabel: label });
    button.dataset.handle = name;
    button.setAttribute("aria-describedby", "photo-keys");
    button.addEventListener("keydown", (event) => this.#key(event, name));
    return button;
  }

  /** @param {Box | null} box */
  #change(box) {
    this.box = box;
    this.#draw();
    this.changed(box);
  }

  #draw() {
    this.frame.toggleAttribute("data-marked", Boolean(this.box));
    this.marked.hidden = !this.box;
    if (!this.box) return;
    const { x, y, width, height } = this.box;
    const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(3)}%`;
    const style = { left: percent(x), top: percent(y), width: percent(width), height: percent(height) };
    Object.assign(this.marked.style, style);
  }

  // --- keys -------------------------------------------------------------------------------------

  /**
   * @param {KeyboardEvent} event
   * @param {string} handle
   */
  #key(event, handle) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.clear();
      return;
    }
    const way = ARROWS[event.key];
    if (!way || !this.box || isShortcut(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 5 * STEP : STEP;
    this.#change(moved(this.box, handle, way[0] * step, way[1] * step));
  }

  // --- pointers ---------------------------------------------------------------------------------

  /**
   * @param {PointerEvent} event
   * @returns {At}
   */
  #at({ clientX, clientY }) {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    return [clamp((clientX - left) / width, 0, 1), clamp((clientY - top) / height, 0, 1)];
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    const { target } = event;
    if (event.button !== 0 || !(target instanceof HTMLElement)) return;
    const { box: before } = this;
    const from = this.#at(event);
    const handle = before && target.dataset.handle;
    const begun = [event.clientX, event.clientY];
    const ending = new AbortController();
    const move = (/** @type {PointerEvent} */ to) => {
      const far = Math.hypot(to.clientX - begun[0], to.clientY - begun[1]) > REACH;
      if (!handle && !far && this.box === before) return;
      const [x, y] = this.#at(to);
      this.box = handle ? moved(before, handle, x - from[0], y - from[1]) : between(from, [x, y]);
      this.#draw();
    };
    const end = () => {
      ending.abort();
      if (this.box !== before) this.#change(this.box);
    };
    if (event.pointerType === "mouse") event.preventDefault();
    if (handle) target.focus({ preventScroll: true });
    this.frame.setPointerCapture(event.pointerId);
    const options = { signal: ending.signal };
    this.frame.addEventListener("pointermove", move, options);
    this.frame.addEventListener("pointerup", end, options);
    this.frame.addEventListener("pointercancel", () => {
      this.box = before;
      this.#draw();
      ending.abort();
    }, options);
  }
}

/**
 * Returns the box with opposite corners at two places, enlarged to the least size.
 *
 * @param {At} corner
 * @param {At} opposite
 * @returns {Box}
 */
export function between([x, y], [otherX, otherY]) {
  const [width, height] = [Math.max(LEAST, Math.abs(x - otherX)), Math.max(LEAST, Math.abs(y - otherY))];
  return {
    x: clamp(Math.min(x, otherX), 0, 1 - width), y: clamp(Math.min(y, otherY), 0, 1 - height), width, height,
  };
}

/**
 * Returns a box after moving it or one of its corners.
 *
 * @param {Box} box
 * @param {string} handle  "move", or the corner as on a compass
 * @param {number} right
 * @param {number} down
 * @returns {Box}
 */
export function moved(box, handle, right, down) {
  if (handle === "move") {
    return { ...box, x: clamp(box.x + right, 0, 1 - box.width), y: clamp(box.y + down, 0, 1 - box.height) };
  }
  let [left, top, end, bottom] = [box.x, box.y, box.x + box.width, box.y + box.height];
  if (handle.includes("w")) left = clamp(left + right, 0, end - LEAST);
  if (handle.includes("e")) end = clamp(end + right, left + LEAST, 1);
  if (handle.includes("n")) top = clamp(top + down, 0, bottom - LEAST);
  if (handle.includes("s")) bottom = clamp(bottom + down, top + LEAST, 1);
  return { x: left, y: top, width: end - left, height: bottom - top };
}

/**
 * Copies a canvas, reduced to `longest` pixels on its longer side if that has more.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} [longest]
 */
export function copyOf(canvas, longest = Infinity) {
  const scale = Math.min(1, longest / Math.max(canvas.width, canvas.height));
  const copy = create("canvas", { width: Math.ceil(canvas.width * scale), height: Math.ceil(canvas.height * scale) });
  copy.getContext("2d")?.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy;
}
