// The map of a catalogue: dots where many products are in view, their pictures where few are.

import { Gestures } from "./map-gestures.js";
import { SPAN, painterFor, pointsOf } from "./map-points.js";
import { Panel, Pictures, Products, imageOf, withRoom } from "./map-products.js";
import { readState, writeState } from "./map-state.js";

const FARTHEST = 400; // how many times the whole map can be enlarged
const PICTURES = 600; // up to this many products in view, there are pictures where there is room
const EDGE = 40; // pixels from the whole map to the edge of the view: pictures reach half their size beyond it
const MARGIN = 50; // pixels around the view that pictures may reach in from
const REACH = 14; // pixels from a dot within which the pointer means it
const PAUSE = 250; // milliseconds of rest before the list and the address follow
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export async function start(root) {
  try {
    const points = await pointsOf(root.dataset.points);
    if (!root.isConnected) return () => {};
    const map = new ProductMap(root, points);
    return () => map.stop();
  } catch (error) {
    root.querySelector(".map-note").textContent = `The map could not be drawn. ${error.message}`;
    return () => {};
  }
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

class ProductMap {
  constructor(root, points) {
    this.root = root;
    this.points = points;
    this.stage = root.querySelector(".map-stage");
    [this.mark, this.card, this.band] = ["mark", "card", "band"].map((name) => root.querySelector(`.map-${name}`));
    this.selecting = root.querySelector("[data-do=select]");
    this.groups = [...root.querySelectorAll("[data-group]")];
    this.names = new Map(this.groups.map((button) => [button.dataset.name, Number(button.dataset.group)]));
    const { left, top, right, bottom } = points.bounds;
    this.whole = { x: (left + right) / 2, y: (top + bottom) / 2, zoom: 1 };
    this.state = readState(this.names, this.whole);
    const said = (sentence) => this.panel.say(sentence);
    this.products = new Products(root.dataset.products, said);
    this.pictures = new Pictures(root.querySelector(".map-pictures"), this.products);
    this.panel = new Panel(root.querySelector(".map-panel"), this.products);
    this.over = null; // the position that the pointer is over
    this.ending = new AbortController(); // takes every listener away at the end
    this.#canvas();
    this.#listen();
    this.#colours();
    this.resizing = new ResizeObserver(() => this.#size());
    this.resizing.observe(this.stage);
    this.theming = new MutationObserver(() => this.#colours());
    this.theming.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    this.#choose(this.state.group);
    root.dataset.ready = "";
  }

  stop() {
    this.ending.abort();
    this.resizing.disconnect();
    this.theming.disconnect();
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.painter.release();
  }

  // --- the picture ------------------------------------------------------------------------------

  #canvas() {
    const canvas = document.createElement("canvas");
    this.root.querySelector(".map-canvas").replaceChildren(canvas);
    this.canvas = canvas;
    this.painter = painterFor(canvas, this.points);
    // A device may take its graphics away at any time: a new canvas then draws what the old one did.
    const lost = () => {
      this.#canvas();
      this.#size();
    };
    canvas.addEventListener("webglcontextlost", lost, { signal: this.ending.signal });
  }

  #size() {
    this.width = this.stage.clientWidth;
    this.height = this.stage.clientHeight;
    if (!this.width || !this.height) return;
    this.dots = Math.min(devicePixelRatio, 2);
    this.canvas.width = Math.round(this.width * this.dots);
    this.canvas.height = Math.round(this.height * this.dots);
    this.#moved();
  }

  #colours() {
    const style = getComputedStyle(this.root);
    const named = (name) => style.getPropertyValue(name).trim();
    const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
    this.css = ["rest", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "rest"].map((name) => named(`--map-${name}`));
    this.strong = named("--accent");
    this.palette = this.css.map(parts);
    this.accent = parts(this.strong);
    this.#redraw();
  }

  #redraw() {
    if (!this.width) return;
    this.frame ??= requestAnimationFrame((now) => {
      this.frame = null;
      this.#step(now);
      this.#draw();
    });
  }

  // Pixels for each unit of the map.
  get scale() {
    const { left, top, right, bottom } = this.points.bounds;
    const least = 64; // A single product would otherwise fill the screen with one unit.
    const [wide, high] = [Math.max(right - left, least), Math.max(bottom - top, least)];
    return this.state.zoom * Math.min((this.width - 2 * EDGE) / wide, (this.height - 2 * EDGE) / high);
  }

  #onScreen(x, y) {
    return [(x - this.state.x) * this.scale + this.width / 2, (y - this.state.y) * this.scale + this.height / 2];
  }

  #onMap(left, top) {
    const { x, y } = this.state;
    return [x + (left - this.width / 2) / this.scale, y + (top - this.height / 2) / this.scale];
  }

  #view(margin = 0) {
    const [left, top] = this.#onMap(-margin, -margin);
    const [right, bottom] = this.#onMap(this.width + margin, this.height + margin);
    return { left, top, right, bottom };
  }

  #draw() {
    const { dots, state } = this;
    const spread = Math.sqrt((this.width * this.height) / this.points.count);
    const size = clamp(0.28 * spread * Math.sqrt(state.zoom), 2.5, 14) * dots;
    const colours = this.palette.map((colour, index) =>
      state.group !== null && this.css[index] === this.css[0] ? this.accent : colour);
    const { width, height } = this.canvas;
    const { x, y, group } = state;
    const scale = this.scale * dots;
    this.painter.draw({ width, height, x, y, scale, size, colours, rest: this.palette[0], chosen: group });
    this.pictures.show(this.#places());
    this.#showOver();
    this.#showBox();
  }

  // The pictures that there is room for.
  #places() {
    const inView = this.points.inside(this.#view(MARGIN), { group: this.state.group, most: PICTURES });
    const dots = [...(inView ?? [])].map((position) => {
      const [x, y] = this.#onScreen(this.points.x[position], this.points.y[position]);
      return { position, x, y, colour: this.css[Math.min(this.points.group[position], this.css.length - 1)] };
    });
    return withRoom(dots);
  }

  // --- moving -----------------------------------------------------------------------------------

  #moved() {
    const { state } = this;
    state.zoom = clamp(state.zoom, 1, FARTHEST);
    state.x = clamp(state.x, 0, SPAN);
    state.y = clamp(state.y, 0, SPAN);
    this.#redraw();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.#settle(), PAUSE);
  }

  #settle() {
    clearTimeout(this.rest);
    this.rest = null;
    writeState(this.state, this.names, this.whole);
    this.pictures.fill();
    this.#list();
  }

  #zoom(factor, at) {
    const { state } = this;
    const [x, y] = this.#onMap(...at);
    state.zoom = clamp(state.zoom * factor, 1, FARTHEST);
    // The place under the pointer stays under it.
    const [nextX, nextY] = this.#onMap(...at);
    state.x += x - nextX;
    state.y += y - nextY;
    if (state.zoom === 1) Object.assign(state, this.whole);
    this.#moved();
  }

  #pan(right, down) {
    this.state.x -= right / this.scale;
    this.state.y -= down / this.scale;
    this.#moved();
  }

  #glide(target) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      Object.assign(this.state, target);
      this.#moved();
      return;
    }
    const { x, y, zoom } = this.state;
    this.gliding = { from: { x, y, zoom }, to: { x, y, zoom, ...target }, begun: performance.now() };
    this.#redraw();
  }

  #step(now) {
    if (!this.gliding) return;
    const { from, to, begun } = this.gliding;
    const share = clamp((now - begun) / 220, 0, 1);
    const eased = 1 - (1 - share) ** 3;
    for (const name of ["x", "y"]) this.state[name] = from[name] + (to[name] - from[name]) * eased;
    this.state.zoom = from.zoom * (to.zoom / from.zoom) ** eased;
    if (share === 1) {
      this.gliding = null;
      Object.assign(this.state, to);
    }
    this.#moved();
  }

  #do(action) {
    const { zoom } = this.gliding?.to ?? this.state;
    if (action === "in") this.#glide({ zoom: clamp(zoom * 1.6, 1, FARTHEST) });
    if (action === "out") this.#glide(zoom / 1.6 <= 1 ? this.whole : { zoom: zoom / 1.6 });
    if (action === "whole") this.#glide(this.whole);
    if (action === "clear") this.#select(null);
    if (action === "select") {
      const on = !this.#selects;
      this.selecting.ariaPressed = String(on);
      this.stage.toggleAttribute("data-selecting", on);
    }
  }

  // --- pointers and keys ------------------------------------------------------------------------

  #listen() {
    const on = (target, type, listener, options = {}) =>
      target.addEventListener(type, listener, { signal: this.ending.signal, ...options });
    this.gestures = new Gestures(this.stage, on, {
      pan: (right, down) => this.#pan(right, down),
      zoom: (factor, at) => this.#zoom(factor, at),
      box: (from, to) => this.#box(from, to),
      boxed: () => this.#boxed(),
      over: (at, target) => this.#point(at && this.#hit(at, target)),
      click: () => this.#click(),
      halt: () => (this.gliding = null),
      selects: () => this.#selects,
      whole: () => this.state.zoom === 1,
    });
    on(this.stage, "keydown", (event) => this.#key(event));
    on(this.root, "click", ({ target }) => {
      const button = target.closest("button");
      if (button?.dataset.do) this.#do(button.dataset.do);
      if (button?.dataset.group) this.#choose(button.ariaPressed === "true" ? null : Number(button.dataset.group));
    });
    // What the list names shows where it lies.
    const named = ({ target }) => {
      const link = target.closest(".map-panel [data-position]");
      if (link) this.#point(Number(link.dataset.position), { card: false });
    };
    on(this.root, "focusin", named);
    on(this.root, "pointerover", named);
    // A page that is left at once is found again where it was left.
    on(document, "click", () => this.rest && writeState(this.state, this.names, this.whole), { capture: true });
  }

  async #click() {
    const position = this.over;
    if (position === null) return;
    await this.products.fetch([position]);
    if (this.over === position && this.mark.href) this.mark.click();
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== this.stage) return;
    const way = KEYS[event.key];
    if (way) {
      const step = Math.min(this.width, this.height) / 5 / this.scale;
      const { x, y } = this.gliding?.to ?? this.state;
      this.#glide({ x: clamp(x + way[0] * step, 0, SPAN), y: clamp(y + way[1] * step, 0, SPAN) });
    } else if (["+", "="].includes(event.key)) this.#do("in");
    else if (["-", "_"].includes(event.key)) this.#do("out");
    else if (event.key === "0") this.#do("whole");
    else if (event.key === "Escape" && this.state.box) this.#do("clear");
    else return;
    event.preventDefault();
  }

  // --- what the pointer is over -----------------------------------------------------------------

  #hit(at, target) {
    if (this.#selects) return null;
    const picture = this.pictures.at(target);
    if (picture !== null) return picture;
    const [x, y] = this.#onMap(...at);
    return this.points.nearest(x, y, REACH / this.scale, this.state.group);
  }

  async #point(position, { card = true } = {}) {
    if (position === this.over) return;
    this.over = position;
    this.mark.hidden = this.card.hidden = true;
    this.mark.removeAttribute("href");
    if (position === null) return;
    this.mark.hidden = false;
    this.#showOver();
    await this.products.fetch([position]);
    const product = this.products.known.get(position);
    if (this.over !== position || !product) return;
    this.mark.href = this.card.href = product.href;
    const title = document.createElement("span");
    title.textContent = product.title;
    this.card.replaceChildren(...(product.image ? [imageOf(product)] : []), title);
    this.card.hidden = !card;
    this.#showOver();
  }

  #showOver() {
    if (this.over === null) return;
    const [x, y] = this.#onScreen(this.points.x[this.over], this.points.y[this.over]);
    const picture = this.pictures.links.get(this.over);
    const reach = picture ? picture.offsetWidth / 2 : 12;
    this.mark.classList.toggle("map-mark-picture", Boolean(picture));
    this.mark.style.width = this.mark.style.height = `${2 * reach}px`;
    this.mark.style.transform = `translate(${x - reach}px, ${y - reach}px)`;
    if (this.card.hidden) return;
    // Beside the dot, on the side that has more room.
    const [width, height] = [this.card.offsetWidth, this.card.offsetHeight];
    const left = x < this.width / 2 ? x + reach + 8 : x - reach - 8 - width;
    const top = clamp(y - height / 2, 4, Math.max(4, this.height - height - 4));
    this.card.style.transform = `translate(${clamp(left, 4, Math.max(4, this.width - width - 4))}px, ${top}px)`;
  }

  // --- choosing ---------------------------------------------------------------------------------

  #choose(group) {
    this.state.group = group;
    for (const button of this.groups) button.ariaPressed = String(Number(button.dataset.group) === group);
    this.#moved();
  }

  #select(box) {
    this.state.box = box;
    this.#redraw();
    this.#settle();
  }

  get #selects() {
    return this.selecting.ariaPressed === "true";
  }

  #boxed() {
    this.#settle();
    if (this.#selects) this.#do("select");
  }

  #box([x, y], [otherX, otherY]) {
    const [left, top] = this.#onMap(Math.min(x, otherX), Math.min(y, otherY));
    const [right, bottom] = this.#onMap(Math.max(x, otherX), Math.max(y, otherY));
    this.state.box = { left, top, right, bottom };
    this.#redraw();
  }

  #showBox() {
    const { box } = this.state;
    this.band.hidden = !box;
    if (!box) return;
    const [left, top] = this.#onScreen(box.left, box.top);
    const [right, bottom] = this.#onScreen(box.right, box.bottom);
    this.band.style.transform = `translate(${left}px, ${top}px)`;
    this.band.style.width = `${right - left}px`;
    this.band.style.height = `${bottom - top}px`;
  }

  #list() {
    const { box, group } = this.state;
    const positions = this.points.inside(box ?? this.#view(), { group });
    const heading = box ? "Selected" : "In view";
    this.root.querySelector("[data-do=clear]").hidden = !box;
    // The list keeps its page while it stays the same.
    if (this.panel.holds(positions, heading)) return;
    const number = positions.length.toLocaleString("en");
    const status = `${number} ${positions.length === 1 ? "product" : "products"}`;
    this.panel.show(positions, { heading, status });
  }
}
