// What pointers do on the map: drag, pinch, wheel, draw a box, point and click.

const STILL = 5; // pixels that a pressed pointer may move and still click

export class Gestures {
  // `on` adds listeners; `act` has what to do: `pan`, `zoom`, `box` and `over` take places on the stage, [x, y]
  // in pixels; `selects` and `whole` say whether a drag draws a box and whether the whole map is in view.
  constructor(stage, on, act) {
    this.stage = stage;
    this.act = act;
    this.fingers = new Map();
    this.moved = false; // whether the pointer that is down has moved: it then does not click
    on(stage, "pointerdown", (event) => this.#press(event));
    on(stage, "pointermove", (event) => this.#move(event));
    on(stage, "pointerup", (event) => this.#lift(event));
    on(stage, "pointercancel", (event) => this.#lift(event));
    // A finger that is lifted leaves too, and what it tapped stays.
    on(stage, "pointerleave", ({ pointerType }) => {
      if (pointerType !== "touch" && !this.fingers.size) act.over(null);
    });
    on(stage, "click", (event) => this.#click(event), { capture: true });
    on(stage, "wheel", (event) => this.#wheel(event), { passive: false });
  }

  #at(event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

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

  #move(event) {
    const at = this.#at(event);
    const finger = this.fingers.get(event.pointerId);
    if (!finger) {
      if (event.pointerType !== "touch") this.act.over(at, event.target);
      return;
    }
    const before = finger.at;
    if (!this.moved && Math.hypot(at[0] - finger.first[0], at[1] - finger.first[1]) <= STILL) return;
    if (!this.moved) this.act.over(null);
    this.moved = true;
    this.stage.setPointerCapture(event.pointerId);
    finger.at = at;
    const other = [...this.fingers.values()].find((each) => each !== finger);
    if (other) this.#pinch(before, at, other.at);
    else if (this.corner) this.act.box(this.corner, at);
    else this.act.pan(at[0] - before[0], at[1] - before[1]);
  }

  #pinch(before, at, other) {
    this.corner = null;
    const apart = ([x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
    this.act.zoom(apart(at) / apart(before), [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2]);
    this.act.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
  }

  #lift(event) {
    if (!this.fingers.delete(event.pointerId)) return;
    if (this.corner && this.moved) this.act.boxed();
    this.corner = null;
    // A finger cannot hover: its first tap shows what is there, a tap on that opens it.
    const tapped = event.pointerType === "touch" && !this.moved && !event.target.closest("a[href]");
    if (tapped) this.act.over(this.#at(event), event.target);
  }

  #click(event) {
    if (this.moved) {
      this.moved = false;
      event.preventDefault();
      event.stopPropagation();
    } else if (event.pointerType !== "touch" && !event.target.closest("a[href]")) {
      this.act.click();
    }
  }

  #wheel(event) {
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1);
    if (pixels > 0 && this.act.whole()) return; // The page scrolls on.
    event.preventDefault();
    this.act.halt();
    const turned = Math.min(200, Math.max(-200, pixels));
    this.act.zoom(Math.exp(-turned * (event.ctrlKey ? 0.01 : 0.0025)), this.#at(event));
  }
}
