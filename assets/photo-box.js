// The photo with the box around the part that is meant: drawn and moved with a pointer, or with the keys.

const LEAST = 0.04; // the least width and height of a box, in shares of the picture
const REACH = 6; // pixels that a pointer must move before it draws
const STEP = 0.02; // shares that an arrow key moves; with Shift five times as many
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HANDLES = {
  move: "Move the marked part",
  nw: "Top left corner",
  ne: "Top right corner",
  sw: "Bottom left corner",
  se: "Bottom right corner",
};
const BEGIN = { x: 0.2, y: 0.2, width: 0.6, height: 0.6 };

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export class BoxEditor {
  // `stage` is the element that holds the photo; `changed(box)` is called with each new box, null for none.
  constructor(stage, changed) {
    this.stage = stage;
    this.changed = changed;
    this.box = null;
  }

  show({ canvas, name, box }) {
    this.box = box;
    const frame = document.createElement("div");
    frame.className = "photo-frame";
    const shown = copyOf(canvas);
    shown.setAttribute("role", "img");
    shown.setAttribute("aria-label", name);
    // As large as there is room for, and no larger than it is.
    frame.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
    frame.style.setProperty("--shape", canvas.width / canvas.height);
    this.marked = document.createElement("div");
    this.marked.className = "photo-box";
    for (const [name, label] of Object.entries(HANDLES)) this.marked.append(this.#handle(name, label));
    frame.append(shown, this.marked);
    frame.addEventListener("pointerdown", (event) => this.#grab(event));
    this.frame = frame;
    this.stage.replaceChildren(frame);
    this.#draw();
  }

  begin() {
    this.#change(BEGIN);
    this.marked.querySelector("button").focus();
  }

  clear() {
    this.#change(null);
  }

  #handle(name, label) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `photo-handle photo-handle-${name}`;
    button.dataset.handle = name;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-describedby", "photo-keys");
    button.addEventListener("keydown", (event) => this.#key(event, name));
    return button;
  }

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
    const style = { left: x, top: y, width, height };
    for (const [name, share] of Object.entries(style)) this.marked.style[name] = `${(share * 100).toFixed(3)}%`;
  }

  // --- keys -------------------------------------------------------------------------------------

  #key(event, handle) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.clear();
      return;
    }
    const way = KEYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 5 * STEP : STEP;
    this.#change(moved(this.box, handle, way[0] * step, way[1] * step));
  }

  // --- pointers ---------------------------------------------------------------------------------

  #at({ clientX, clientY }) {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    return [clamp((clientX - left) / width, 0, 1), clamp((clientY - top) / height, 0, 1)];
  }

  #grab(event) {
    if (event.button !== 0) return;
    const handle = event.target.dataset.handle ?? "new";
    const [before, from] = [this.box, this.#at(event)];
    const begun = [event.clientX, event.clientY];
    const ending = new AbortController();
    const move = (to) => {
      const far = Math.hypot(to.clientX - begun[0], to.clientY - begun[1]) > REACH;
      if (handle === "new" && !far && this.box === before) return;
      const [x, y] = this.#at(to);
      this.box = handle === "new" ? between(from, [x, y]) : moved(before, handle, x - from[0], y - from[1]);
      this.#draw();
    };
    const end = () => {
      ending.abort();
      if (this.box !== before) this.#change(this.box);
    };
    if (event.pointerType === "mouse") event.preventDefault();
    if (handle !== "new") event.target.focus({ preventScroll: true });
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

// The box with opposite corners at two places.
function between([x, y], [otherX, otherY]) {
  const [width, height] = [Math.max(LEAST, Math.abs(x - otherX)), Math.max(LEAST, Math.abs(y - otherY))];
  return {
    x: clamp(Math.min(x, otherX), 0, 1 - width), y: clamp(Math.min(y, otherY), 0, 1 - height), width, height,
  };
}

// A box after a corner of it, or all of it, was moved.
function moved(box, handle, right, down) {
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

export function copyOf(canvas, longest = Infinity) {
  const copy = document.createElement("canvas");
  const scale = Math.min(1, longest / Math.max(canvas.width, canvas.height));
  [copy.width, copy.height] = [Math.ceil(canvas.width * scale), Math.ceil(canvas.height * scale)];
  copy.getContext("2d").drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy;
}
