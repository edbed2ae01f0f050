// The cards of the products found, which the server renders, and the controls among them.

import { standIn } from "./controls.js";
import { find } from "./elements.js";
import { _ } from "./messages.js";
import { answer } from "./navigation.js";
import { Problem, ask } from "./problems.js";
import { StaticData } from "./static-data.js";
import { withoutVariants } from "./static-fusion.js";

const SHOWN = 24; // cards that a static site shows

/** @typedef {[id: string, score: number]} Similar  a product with its score */

export class Found {
  /**
   * @param {string} address  the address that renders the cards; empty on a static site
   * @param {string} root  the site's path
   * @param {HTMLElement} element
   * @param {(search: string) => void} turn  called with the query of a control's address
   */
  constructor(address, root, element, turn) {
    this.address = address;
    this.data = new StaticData(root);
    this.element = element;
    /** @type {import("./controls.js").Used | null} */
    this.used = null;
    this.stop = answer(element, (search, used) => {
      this.used = used;
      turn(search);
    });
  }

  /**
   * Fetches the HTML for the products found. If `similar` is null, it has the stored list of the address's product.
   *
   * @param {string} search  the query of the address
   * @param {Similar[] | null} similar  best first
   */
  async cards(search, similar) {
    if (!this.address) return this.#cardsFromFiles(similar ?? []);
    const response = await ask(this.address + search, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(similar ? { similar } : {}),
    });
    const text = await response.text();
    if (!text.startsWith("<")) throw new Problem(_("The shop’s answer is not a list of products."));
    return text;
  }

  /** Makes the same of a static site's files. @param {Similar[]} similar */
  async #cardsFromFiles(similar) {
    const { ids } = await this.data.load("live/files.json");
    /** @type {[string[], number[][]]} */
    const [known, groups] = await Promise.all([
      ask(ids.href).then((response) => response.json()), this.data.load("groups.json"),
    ]);
    const places = new Map(known.map((id, position) => [id, position]));
    const found = similar.flatMap(([id]) => places.get(id) ?? []);
    const cards = await this.data.texts(withoutVariants(found, groups).slice(0, SHOWN));
    const listed = `<ul class="product-grid">${cards.join("")}</ul>`;
    return `<div data-listed="${cards.length}"><div class="section-head"><h2>${_("Closest products")}</h2></div>${listed}</div>`;
  }

  /** @param {string} html  from the server */
  show(html) {
    this.element.innerHTML = html;
    this.stale = false;
    if (!this.used) return;
    const heading = find(this.element, "h2");
    const control = standIn(this.used, this.element) ?? heading;
    this.used = null;
    if (heading && control === heading) heading.tabIndex = -1;
    control?.focus({ preventScroll: true });
  }

  /** @param {boolean} busy */
  set busy(busy) {
    this.element.setAttribute("aria-busy", String(busy));
  }

  /** @param {boolean} stale  whether the cards belong to an earlier search */
  set stale(stale) {
    this.element.toggleAttribute("data-stale", stale);
  }
}
