// The cards of what was found, which the server makes, and the controls that stand among them.

import { standIn } from "./controls.js";
import { find } from "./elements.js";
import { answer } from "./navigation.js";
import { Problem, ask } from "./problems.js";

/** @typedef {[id: string, score: number]} Similar  a product with its score */

export class Found {
  /**
   * @param {string} address  that makes the cards
   * @param {HTMLElement} element
   * @param {(search: string) => void} turn  called with the arguments of the address that a control leads to
   */
  constructor(address, element, turn) {
    this.address = address;
    this.element = element;
    /** @type {import("./controls.js").Used | null} */
    this.used = null;
    this.stop = answer(element, (search, used) => {
      this.used = used;
      turn(search);
    });
  }

  /**
   * The HTML for what was found, or for the stored list of the address's product where that is null.
   *
   * @param {string} search  the arguments of the address
   * @param {Similar[] | null} similar  best first
   */
  async cards(search, similar) {
    const response = await ask(this.address + search, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(similar ? { similar } : {}),
    });
    const text = await response.text();
    if (!text.startsWith("<")) throw new Problem("The shop’s answer is not a list of products.");
    return text;
  }

  /** @param {string} html  the server's */
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

  /** @param {boolean} stale  whether what is shown is not what was asked for last */
  set stale(stale) {
    this.element.toggleAttribute("data-stale", stale);
  }
}
