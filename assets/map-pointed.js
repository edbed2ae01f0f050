// The product under the pointer, or focused in the list: a ring around it, and its card beside it.

import { create, get } from "./elements.js";
import { imagesOf } from "./map-products.js";
import { clamp } from "./numbers.js";

const RING = 12; // pixels from the middle of a dot to the ring around it
const GAP = 8; // pixels between the ring and the card
const INSET = 4; // pixels between the card and the edges of the view

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
   * Points at a product, or at none. Calls `place` whenever the ring and the card must be positioned.
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

  /** Opens the product once it is loaded. */
  async open() {
    const { position } = this;
    if (position === null) return;
    await this.products.fetch([position]);
    if (this.position === position && this.mark.href) this.mark.click();
  }

  /**
   * Positions the ring and the card.
   *
   * @param {[number, number]} at  pixels
   * @param {{ width: number, height: number }} view  pixels
   * @param {HTMLElement | undefined} picture  the product's picture, if the map shows one
   */
  place([x, y], { width, height }, picture) {
    const reach = picture ? picture.offsetWidth / 2 : RING;
    this.mark.classList.toggle("map-mark-picture", Boolean(picture));
    this.mark.style.width = this.mark.style.height = `${2 * reach}px`;
    this.mark.style.transform = `translate(${x - reach}px, ${y - reach}px)`;
    if (this.card.hidden) return;
    // Puts the card on the side of the dot that has more room.
    const [wide, high] = [this.card.offsetWidth, this.card.offsetHeight];
    const beside = x < width / 2 ? x + reach + GAP : x - reach - GAP - wide;
    const left = clamp(beside, INSET, Math.max(INSET, width - wide - INSET));
    const top = clamp(y - high / 2, INSET, Math.max(INSET, height - high - INSET));
    this.card.style.transform = `translate(${left}px, ${top}px)`;
  }
}
