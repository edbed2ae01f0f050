// Handles pointers on the map: drag, pinch, wheel, draw a box, hover and click.

import { closest } from "./elements.js";
import { clamp } from "./numbers.js";

const STILL = 5; // pixels that a pressed pointer may move and still click

/** @typedef {[x: number, y: number]} At  a place on the stage, in pixels from its top left corner */

/**
 * @typedef {object} Act  What the gestures call.
 * @property {(right: number, down: number) => void} pan
 * @property {(factor: number, at: At) => void} zoom
 * @property {(corner: At, opposite: At) => void} box  draws a box
 * @property {() => void} boxed  the box is drawn
 * @property {(at: At | null, target: EventTarget | null) => void} over
 * @property {() => void} click
 * @property {() => void} halt  stops an animation
 * @property {() => boolean} selects  whether a drag draws a box
 * @property {() => boolean} whole  whether the whole map is in view
 */

export class Gestures {
  /**
   * @param {HTMLElement} stage
   * @param {AbortSignal} signal  removes the listeners
   * @param {Act} act
   */
  constructor(stage, signal, act) {
    this.stage = stage;
    this.act = act;
    /** @type {Map<number, { first: At, at: At }>} */
    this.fingers = new Map();
    this.moved = false; // whether the pressed pointer has moved; if so, releasing it is no click
    /** @type {At | null} */
    this.corner = null; // the first corner of the box being drawn
    stage.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    stage.addEventListener("pointermove", (event) => this.#move(event), { signal });
    stage.addEventListener("pointerup", (event) => this.#lift(event), { signal });
    stage.addEventListener("pointercancel", (event) => this.#lift(event), { signal });
    // Lifting a finger also fires this event, but the tapped product must stay shown.
    stage.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType !== "touch" && !this.fingers.size) act.over(null, null);
    }, { signal });
    stage.addEventListener("click", (event) => this.#click(event), { signal, capture: true });
    stage.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
  }

  /**
   * @param {MouseEvent} event
   * @returns {At}
   */
  #at(event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    const at = this.#at(event);
    this.fingers.set(event.pointerId, { first: at, at });
    this.moved = this.moved && this.fingers.size > 1;
    this.act.halt();
    const boxes = this.act.selects() || event.shiftKey;
    this.corner = boxes && this.fingers.size === 1 ? at : null;
    if (this.corner) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.#at(event);
    const finger = this.fingers.get(event.pointerId);
    if (!finger) {
      if (event.pointerType !== "touch") this.act.over(at, event.target);
      return;
    }
    const before = finger.at;
    if (!this.moved && Math.hypot(at[0] - finger.first[0], at[1] - finger.first[1]) <= STILL) return;
    if (!this.moved) this.act.over(null, null);
    this.moved = true;
    this.stage.setPointerCapture(event.pointerId);
    finger.at = at;
    const other = [...this.fingers.values()].find((each) => each !== finger);
    if (other) this.#pinch(before, at, other.at);
    else if (this.corner) this.act.box(this.corner, at);
    else this.act.pan(at[0] - before[0], at[1] - before[1]);
  }

  /**
   * @param {At} before
   * @param {At} at
   * @param {At} other  where the other finger is
   */
  #pinch(before, at, other) {
    this.corner = null;
    const apart = (/** @type {At} */ [x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
    this.act.zoom(apart(at) / apart(before), [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2]);
    this.act.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
  }

  /** @param {PointerEvent} event */
  #lift(event) {
    if (!this.fingers.delete(event.pointerId)) return;
    if (this.corner && this.moved) this.act.boxed();
    this.corner = null;
    // A finger cannot hover: its first tap shows the product, a second tap opens it.
    const tapped = event.pointerType === "touch" && !this.moved && !closest(event.target, "a[href]");
    if (tapped) this.act.over(this.#at(event), event.target);
  }

  /** @param {PointerEvent | MouseEvent} event */
  #click(event) {
    if (this.moved) {
      this.moved = false;
      event.preventDefault();
      event.stopPropagation();
    } else if (!("pointerType" in event && event.pointerType === "touch") && !closest(event.target, "a[href]")) {
      this.act.click();
    }
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1);
    if (pixels > 0 && this.act.whole()) return; // The page scrolls instead.
    event.preventDefault();
    this.act.halt();
    const turned = clamp(pixels, -200, 200);
    this.act.zoom(Math.exp(-turned * (event.ctrlKey ? 0.01 : 0.0025)), this.#at(event));
  }
}
