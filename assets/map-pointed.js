// The product that the pointer is over, or that the list's focus is on: a ring around it, and its card beside it.

import { create, get } from "./elements.js";
import { imagesOf } from "./map-products.js";
import { clamp } from "./numbers.js";

const RING = 12; // pixels from the middle of a dot to the ring around it
const GAP = 8; // pixels between the ring and the card
const INSET = 4; // pixels that the card keeps from the edges of the view

export class Pointed {
  /**
   * @param {HTMLElement} root
   * @param {import("./map-products.js").Products} products
   */
  constructor(root, products) {
    this.mark = get(root, ".map-mark", HTMLAnchorElement);
    this.card = get(root, ".map-card", HTMLAnchorElement);
    this.products = products;
    /** @type {number | null} */
    this.position = null;
  }

  /**
   * Points at a product, or at none. `place` is called whenever there is something to be put in its place.
   *
   * @param {number | null} position
   * @param {{ place: () => void, card?: boolean }} options  whether the card is shown
   */
  async at(position, { place, card = true }) {
    if (position === this.position) return;
    this.position = position;
    this.mark.hidden = this.card.hidden = true;
    this.mark.removeAttribute("href");
    if (position === null) return;
    this.mark.hidden = false;
    place();
    await this.products.fetch([position]);
    const product = this.products.known.get(position);
    if (this.position !== position || !product) return;
    this.mark.href = this.card.href = product.href;
    this.card.replaceChildren(...imagesOf(product), create("span", {}, product.title));
    this.card.hidden = !card;
    place();
  }

  /** Opens the product that is pointed at, once it is known. */
  async open() {
    const { position } = this;
    if (position === null) return;
    await this.products.fetch([position]);
    if (this.position === position && this.mark.href) this.mark.click();
  }

  /**
   * Puts the ring and the card where the product is in view.
   *
   * @param {[number, number]} at  pixels
   * @param {{ width: number, height: number }} view  pixels
   * @param {HTMLElement | undefined} picture  the product's picture, where it has one on the map
   */
  place([x, y], { width, height }, picture) {
    const reach = picture ? picture.offsetWidth / 2 : RING;
    this.mark.classList.toggle("map-mark-picture", Boolean(picture));
    this.mark.style.width = this.mark.style.height = `${2 * reach}px`;
    this.mark.style.transform = `translate(${x - reach}px, ${y - reach}px)`;
    if (this.card.hidden) return;
    // Beside the dot, on the side that has more room.
    const [wide, high] = [this.card.offsetWidth, this.card.offsetHeight];
    const beside = x < width / 2 ? x + reach + GAP : x - reach - GAP - wide;
    const left = clamp(beside, INSET, Math.max(INSET, width - wide - INSET));
    const top = clamp(y - high / 2, INSET, Math.max(INSET, height - high - INSET));
    this.card.style.transform = `translate(${left}px, ${top}px)`;
  }
}
