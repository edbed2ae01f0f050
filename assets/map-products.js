// The products on the map: fetches a few positions at a time, and shows them as pictures and as a list.

import { all, closest, create, get } from "./elements.js";
import { written } from "./messages.js";
import { clamp } from "./numbers.js";
import { ask, sentenceOf } from "./problems.js";

const AT_ONCE = 100; // the most positions that the server accepts in one request
const IN_A_FILE = 64; // products, on a static site
const PAGE = 12;

/**
 * @typedef {object} Product
 * @property {number} position
 * @property {string} title
 * @property {string} href
 * @property {string} [image]
 * @property {number} [width]  of the image
 * @property {number} [height]
 */

/** Fetches products by position, each once. */
export class Products {
  /**
   * @param {string} href
   * @param {(sentence: string) => void} failed  called if a request fails
   */
  constructor(href, failed) {
    this.href = href;
    this.failed = failed;
    /** @type {Map<number, Product>} */
    this.known = new Map();
    /** @type {Map<number, Promise<void>>} */
    this.asked = new Map();
  }

  /**
   * Resolves once all products are loaded or have failed.
   *
   * @param {Iterable<number>} positions
   */
  async fetch(positions) {
    const missing = [...positions].filter((position) => !this.known.has(position));
    const fresh = missing.filter((position) => !this.asked.has(position));
    for (let start = 0; start < fresh.length; start += AT_ONCE) {
      const batch = fresh.slice(start, start + AT_ONCE);
      const request = this.#ask(batch);
      for (const position of batch) this.asked.set(position, request);
    }
    await Promise.all(missing.map((position) => this.asked.get(position)));
  }

  /** @param {number[]} batch @returns {Promise<Product[]>} */
  async #answer(batch) {
    const isStatic = this.href.endsWith("/");
    const addresses = isStatic ? filesOf(this.href, batch) : [`${this.href}&positions=${batch.join(",")}`];
    const answers = await Promise.all(addresses.map(async (address) => (await ask(address)).json()));
    return answers.flat();
  }

  /** @param {number[]} batch */
  async #ask(batch) {
    try {
      for (const product of await this.#answer(batch)) this.known.set(product.position, product);
    } catch (error) {
      for (const position of batch) this.asked.delete(position);
      this.failed(sentenceOf(error));
    }
  }
}

/**
 * The addresses of a static site's files with the products at some positions.
 *
 * @param {string} folder  the address that ends with a slash
 * @param {number[]} positions
 */
export function filesOf(folder, positions) {
  const numbers = new Set(positions.map((position) => Math.floor(position / IN_A_FILE)));
  return [...numbers].map((number) => `${folder}${number}.json`);
}

/**
 * Returns a product's picture, or an empty list if it has none.
 *
 * @param {Product} product
 */
export const imagesOf = ({ image: src, width, height }) =>
  src ? [create("img", { width, height, alt: "", decoding: "async", draggable: false, src })] : [];

/** @typedef {{ position: number, x: number, y: number, colour: string }} Dot  with its place in pixels */

/**
 * Returns the dots that have room for a picture of `size` pixels, by position. Dots are tried in a fixed order, so that
 * a picture stays while the view moves. Pictures near an edge of the view are moved inside, so that none is cut.
 *
 * @param {Dot[]} dots
 * @param {{ width: number, height: number }} [view]  in pixels
 * @param {import("./map-view.js").Box[]} [kept]  boxes without pictures, in pixels
 * @returns {Map<number, Dot & { size: number }>}
 */
export function withRoom(dots, view, kept = []) {
  const size = dots.length <= 30 ? 92 : dots.length <= 120 ? 72 : 54;
  const step = size + 6;
  const order = (/** @type {Dot} */ { position }) => Math.imul(position + 1, 2654435761) >>> 0;
  const places = new Map();
  const taken = new Map(); // by cells of a picture's size, so that only neighbouring cells are compared
  const within = (/** @type {number} */ at, /** @type {number} */ end) => clamp(at, size / 2, end - size / 2);
  const inside = (/** @type {Dot} */ dot) =>
    view ? { ...dot, x: within(dot.x, view.width), y: within(dot.y, view.height) } : dot;
  for (const dot of dots.toSorted((one, other) => order(one) - order(other)).map(inside)) {
    const [column, row] = [Math.floor(dot.x / step), Math.floor(dot.y / step)];
    const near = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => `${column + right},${row + down}`));
    const free = near.every((cell) => {
      const other = taken.get(cell);
      return !other || Math.abs(other.x - dot.x) >= step || Math.abs(other.y - dot.y) >= step;
    });
    const covers = kept.some(({ left, top, right, bottom }) =>
      dot.x + size / 2 > left && dot.x - size / 2 < right && dot.y + size / 2 > top && dot.y - size / 2 < bottom);
    if (!free || covers) continue;
    taken.set(`${column},${row}`, dot);
    places.set(dot.position, { ...dot, size });
  }
  return places;
}

/** The pictures on the map: one link for each placed position, kept as long as it is placed. */
export class Pictures {
  /**
   * @param {HTMLElement} layer
   * @param {Products} products
   */
  constructor(layer, products) {
    this.layer = layer;
    this.products = products;
    /** @type {Map<number, HTMLAnchorElement>} */
    this.links = new Map();
  }

  /** @param {ReturnType<typeof withRoom>} places */
  show(places) {
    for (const [position, link] of this.links) {
      if (places.has(position)) continue;
      link.remove();
      this.links.delete(position);
    }
    for (const [position, { x, y, size, colour }] of places) {
      const { style } = this.links.get(position) ?? this.#add(position);
      style.transform = `translate(${(x - size / 2).toFixed(1)}px, ${(y - size / 2).toFixed(1)}px)`;
      style.width = style.height = `${size}px`;
      style.setProperty("--dot", colour);
    }
  }

  /** Fills the links whose products are loaded by now. */
  async fill() {
    await this.products.fetch(this.links.keys());
    for (const [position, link] of this.links) this.#fill(position, link);
  }

  /**
   * Returns the position of the product whose picture contains an element, or null.
   *
   * @param {EventTarget | null} element
   */
  at(element) {
    const link = closest(element, ".map-picture");
    return link ? Number(link.dataset.position) : null;
  }

  /** @param {number} position */
  #add(position) {
    // Keyboard and screen reader use the list, which has the same products.
    const link = create("a", { className: "map-picture", tabIndex: -1, draggable: false });
    link.dataset.position = String(position);
    this.layer.append(link);
    this.links.set(position, link);
    this.#fill(position, link);
    return link;
  }

  /**
   * @param {number} position
   * @param {HTMLAnchorElement} link
   */
  #fill(position, link) {
    const product = this.products.known.get(position);
    if (!product || link.href) return;
    link.href = product.href;
    link.append(...imagesOf(product));
  }
}

/** The list of the products in view or chosen, a page at a time. */
export class Panel {
  /**
   * @param {HTMLElement} root
   * @param {Products} products
   */
  constructor(root, products) {
    this.root = root;
    this.products = products;
    this.positions = new Uint32Array();
    this.first = 0;
    this.heading = "";
    this.list = get(root, "ul");
    const [previous, next] = all(root, ".map-turn button");
    this.previous = previous;
    this.next = next;
    this.previous.addEventListener("click", () => this.#turn(-PAGE));
    this.next.addEventListener("click", () => this.#turn(PAGE));
  }

  /**
   * @param {Uint32Array<ArrayBuffer>} positions
   * @param {string} heading
   */
  holds(positions, heading) {
    const same = this.positions.length === positions.length && this.heading === heading;
    return same && positions.every((position, place) => position === this.positions[place]);
  }

  /**
   * @param {Uint32Array<ArrayBuffer>} positions
   * @param {{ heading: string, status: string }} texts
   */
  show(positions, { heading, status }) {
    this.heading = heading;
    get(this.root, "h2").textContent = heading;
    this.say(status);
    this.positions = positions;
    this.first = 0;
    this.#list();
  }

  /** @param {string} status */
  say(status) {
    get(this.root, "[role=status]").textContent = status;
  }

  /** @param {number} by */
  #turn(by) {
    if (this.first + by < 0 || this.first + by >= this.positions.length) return;
    this.first += by;
    this.#list();
  }

  async #list() {
    const { positions, first } = this;
    const shown = [...positions.subarray(first, first + PAGE)];
    const last = first + shown.length;
    get(this.root, ".map-turn").hidden = positions.length <= PAGE;
    // A `disabled` button would lose the focus.
    this.previous.setAttribute("aria-disabled", String(first === 0));
    this.next.setAttribute("aria-disabled", String(last === positions.length));
    const range = `${written(first + 1)}–${written(last)}`;
    get(this.root, ".map-turn span").textContent = range;
    await this.products.fetch(shown);
    if (positions !== this.positions || first !== this.first) return;
    const known = shown.flatMap((position) => this.products.known.get(position) ?? []);
    this.list.replaceChildren(...known.map(entryOf));
  }
}

/** @param {Product} product */
function entryOf(product) {
  const tile = create("span", { className: "map-tile" }, ...imagesOf(product));
  const link = create("a", { href: product.href }, tile, create("span", { dir: "auto" }, product.title));
  link.dataset.position = String(product.position);
  return create("li", {}, link);
}
