// The map of a catalogue: dots where many products are in view, their pictures where few are.

import { all, closest, get } from "./elements.js";
import { ARROWS, isShortcut } from "./inputs.js";
import { MapCanvas } from "./map-canvas.js";
import { Gestures } from "./map-gestures.js";
import { Pointed } from "./map-pointed.js";
import { Names } from "./map-names.js";
import { meantOf, pointsOf } from "./map-points.js";
import { Panel, Pictures, Products, withRoom } from "./map-products.js";
import { readState, writtenState } from "./map-state.js";
import { View } from "./map-view.js";
import { _, n_ } from "./messages.js";
import { sentenceOf } from "./problems.js";

const PICTURES = 600; // the most products in view for which pictures are shown
const REACH = 14; // the largest distance in pixels between the pointer and its dot
const PAUSE = 250; // milliseconds without a move before the list and the address are updated
const STEP = 1.6; // the zoom factor of buttons and keys

/** @param {HTMLElement} root */
export async function start(root) {
  const { points: address = "", matching = "" } = root.dataset;
  const path = location.pathname;
  try {
    const [points, meant] = await Promise.all([pointsOf(address), meantOf(matching)]);
    if (!root.isConnected) return () => {};
    points.meant = meant;
    const map = new ProductMap(root, points, path);
    return () => map.stop();
  } catch (error) {
    get(root, ".map-note").textContent = `${_("The map could not be drawn.")} ${sentenceOf(error)}`;
    return () => {};
  }
}

class ProductMap {
  /**
   * @param {HTMLElement} root
   * @param {import("./map-points.js").Points} points
   * @param {string} path  the path of the page's address
   */
  constructor(root, points, path) {
    this.root = root;
    this.points = points;
    this.path = path;
    this.stage = get(root, ".map-stage");
    this.band = get(root, ".map-band");
    this.selecting = get(root, "[data-do=select]");
    this.groups = all(root, "[data-group]");
    this.names = new Map(this.groups.map(({ dataset }) => [dataset.name ?? "", Number(dataset.group)]));
    const { place, group, box } = readState(location.hash, this.names);
    this.group = group;
    this.box = box;
    this.view = new View(points.bounds);
    this.view.moveTo(place ?? {});
    this.products = new Products(root.dataset.products ?? "", (sentence) => this.panel.say(sentence));
    this.pictures = new Pictures(get(root, ".map-pictures"), this.products);
    this.panel = new Panel(get(root, ".map-panel"), this.products);
    this.pointed = new Pointed(root, this.products);
    this.titles = new Names(get(root, ".map-names"), points, this.groups);
    this.ending = new AbortController(); // removes every listener at the end
    this.rest = 0; // the timer of the pause, 0 for none
    this.frame = 0; // the requested animation frame, 0 for none
    this.canvas = new MapCanvas(get(root, ".map-canvas"), points, {
      lost: () => this.#resize(),
      signal: this.ending.signal,
    });
    this.#listen();
    this.#recolour();
    this.resizing = new ResizeObserver(() => this.#resize());
    this.resizing.observe(this.stage);
    this.theming = new MutationObserver(() => this.#recolour());
    this.theming.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    this.#choose(group);
    root.dataset.ready = "";
  }

  stop() {
    this.ending.abort();
    this.resizing.disconnect();
    this.theming.disconnect();
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.canvas.release();
  }

  // --- the picture ------------------------------------------------------------------------------

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    Object.assign(this.view, { width, height });
    if (!width || !height) return;
    this.canvas.resize(width, height);
    this.#moved();
  }

  #recolour() {
    this.canvas.readColours();
    this.#redraw();
  }

  #redraw() {
    if (!this.view.width) return;
    this.frame ||= requestAnimationFrame((now) => {
      this.frame = 0;
      if (this.view.step(now)) this.#moved();
      this.#draw();
    });
  }

  #draw() {
    this.canvas.draw(this.view, this.group);
    this.pictures.show(this.#places(this.titles.show(this.view, this.group)));
    this.#placePointed();
    this.#placeBand();
  }

  /** @param {import("./map-view.js").Box[]} kept  boxes without pictures */
  #places(kept) {
    const inView = this.points.inside(this.view.box(), { group: this.group, most: PICTURES });
    const dots = [...(inView ?? [])].map((position) => {
      const [x, y] = this.#onScreen(position);
      return { position, x, y, colour: this.canvas.cssOf(this.points.group[position]) };
    });
    return withRoom(dots, this.view, kept);
  }

  /** @param {number} position */
  #onScreen(position) {
    return this.view.toScreen(this.points.x[position], this.points.y[position]);
  }

  #placePointed() {
    const { position } = this.pointed;
    if (position === null) return;
    this.pointed.place(this.#onScreen(position), this.view, this.pictures.links.get(position));
  }

  #placeBand() {
    this.band.hidden = !this.box;
    if (!this.box) return;
    const [left, top] = this.view.toScreen(this.box.left, this.box.top);
    const [right, bottom] = this.view.toScreen(this.box.right, this.box.bottom);
    this.band.style.transform = `translate(${left}px, ${top}px)`;
    this.band.style.width = `${right - left}px`;
    this.band.style.height = `${bottom - top}px`;
  }

  // --- moving -----------------------------------------------------------------------------------

  #moved() {
    this.#redraw();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.#settle(), PAUSE);
  }

  #settle() {
    clearTimeout(this.rest);
    this.rest = 0;
    this.#keepAddress();
    this.pictures.fill();
    this.#list();
  }

  #keepAddress() {
    if (location.pathname !== this.path) return; // The visitor has gone on, and the next page is on its way.
    const { x, y, zoom, whole } = this.view;
    const moved = zoom !== 1 || x !== whole.x || y !== whole.y;
    const { group, box } = this;
    const hash = writtenState({ place: moved ? this.view.place : null, group, box }, this.names);
    if (hash !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
  }

  /** @param {Partial<import("./map-view.js").Place>} target */
  #glide(target) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.view.moveTo(target);
      this.#moved();
    } else {
      this.view.glideTo(target, performance.now());
      this.#redraw();
    }
  }

  /** @param {string} action */
  #do(action) {
    const { zoom } = this.view.aim;
    if (action === "in") this.#glide({ zoom: zoom * STEP });
    if (action === "out") this.#glide(zoom / STEP <= 1 ? this.view.whole : { zoom: zoom / STEP });
    if (action === "whole") this.#glide(this.view.whole);
    if (action === "clear") this.#clear();
    if (action === "select") {
      const on = !this.#selects;
      this.selecting.ariaPressed = String(on);
      this.stage.toggleAttribute("data-selecting", on);
    }
  }

  // --- pointers and keys ------------------------------------------------------------------------

  #listen() {
    const { signal } = this.ending;
    const { view } = this;
    new Gestures(this.stage, signal, {
      pan: (right, down) => {
        view.pan(right, down);
        this.#moved();
      },
      zoom: (factor, at) => {
        view.enlarge(factor, at);
        this.#moved();
      },
      box: (from, to) => {
        this.box = view.between(from, to);
        this.#redraw();
      },
      boxed: () => {
        this.#settle();
        if (this.#selects) this.#do("select");
      },
      over: (at, target) => this.#pointAt(at && this.#hit(at, target)),
      click: () => this.pointed.open(),
      halt: () => (view.glide = null),
      selects: () => this.#selects,
      whole: () => view.zoom === 1,
    });
    this.stage.addEventListener("keydown", (event) => this.#press(event), { signal });
    this.root.addEventListener("click", ({ target }) => this.#click(target), { signal });
    // Pointing at an entry of the list shows its place on the map.
    const named = (/** @type {Event} */ { target }) => {
      const link = closest(target, ".map-panel [data-position]");
      if (link) this.#pointAt(Number(link.dataset.position), { card: false });
    };
    this.root.addEventListener("focusin", named, { signal });
    this.root.addEventListener("pointerover", named, { signal });
    // Saves the view at once if the page is left before the pause ends.
    document.addEventListener("click", ({ target }) => {
      if (this.rest) this.#keepAddress();
      // Filters keep the view.
      const link = closest(target, "main a[href]", HTMLAnchorElement);
      if (link?.pathname === location.pathname) link.hash = location.hash;
    }, { signal, capture: true });
  }

  /** @param {EventTarget | null} target */
  #click(target) {
    const button = closest(target, "button");
    if (button?.dataset.do) this.#do(button.dataset.do);
    if (button?.dataset.group) this.#choose(button.ariaPressed === "true" ? null : Number(button.dataset.group));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (isShortcut(event) || event.target !== this.stage) return;
    const way = ARROWS[event.key];
    if (way) {
      const { width, height, scale } = this.view;
      const step = Math.min(width, height) / 5 / scale;
      const { x, y } = this.view.aim;
      this.#glide({ x: x + way[0] * step, y: y + way[1] * step });
    } else if (["+", "="].includes(event.key)) this.#do("in");
    else if (["-", "_"].includes(event.key)) this.#do("out");
    else if (event.key === "0") this.#do("whole");
    else if (event.key === "Escape" && this.box) this.#do("clear");
    else return;
    event.preventDefault();
  }

  /**
   * Returns the position of the product at a pixel, or null.
   *
   * @param {[number, number]} at  pixels
   * @param {EventTarget | null} target
   */
  #hit(at, target) {
    if (this.#selects) return null;
    const [x, y] = this.view.toMap(...at);
    return this.pictures.at(target) ?? this.points.nearest(x, y, REACH / this.view.scale, this.group);
  }

  /**
   * @param {number | null} position
   * @param {{ card?: boolean }} [options]
   */
  #pointAt(position, options) {
    this.pointed.at(position, { ...options, place: () => this.#placePointed() });
  }

  // --- choosing ---------------------------------------------------------------------------------

  /** @param {number | null} group */
  #choose(group) {
    this.group = group;
    for (const button of this.groups) button.ariaPressed = String(Number(button.dataset.group) === group);
    this.#moved();
  }

  get #selects() {
    return this.selecting.ariaPressed === "true";
  }

  #clear() {
    this.box = null;
    this.#redraw();
    this.#settle();
  }

  #list() {
    const { box, group } = this;
    const positions = this.points.inside(box ?? this.view.box(), { group });
    const heading = box ? _("Selected") : _("In view");
    get(this.root, "[data-do=clear]").hidden = !box;
    // The list keeps its page as long as its products are the same.
    if (this.panel.holds(positions, heading)) return;
    this.panel.show(positions, { heading, status: n_("{count} product", "{count} products", positions.length) });
  }
}
