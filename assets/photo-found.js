// The cards of what was found, which the server makes, and the controls that stand among them.

import { Problem, offline, problemOf } from "./photo-problems.js";

const PAUSE = 250; // milliseconds without a move before the slider counts

export class Found {
  // `turn(search)` is called with the arguments of the address that a control leads to.
  constructor(root, element, on, turn) {
    this.address = root.dataset.results;
    this.element = element;
    this.turn = turn;
    this.used = null;
    on(element, "click", (event) => this.#follow(event));
    on(element, "input", (event) => this.#count(event));
    for (const type of ["change", "submit"]) on(element, type, (event) => this.#price(event));
  }

  // The HTML for what was found: `[[id, score], …]`, or null for the stored list of the address's product.
  async cards(search, similar) {
    let response = null;
    try {
      response = await fetch(this.address + search, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(similar ? { similar } : {}),
      });
    } catch {
      throw offline();
    }
    if (!response.ok) throw await problemOf(response);
    const text = await response.text();
    if (!text.startsWith("<")) throw new Problem("The shop answers with something else than products.");
    return text;
  }

  show(html) {
    this.element.innerHTML = html;
    this.stale = false;
    this.#reopen();
  }

  set busy(busy) {
    this.element.setAttribute("aria-busy", String(busy));
  }

  // What is shown is not what was asked for last.
  set stale(stale) {
    this.element.toggleAttribute("data-stale", stale);
  }

  // --- controls ---------------------------------------------------------------------------------

  #follow(event) {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.pathname !== location.pathname) return;
    event.preventDefault();
    this.#use(link);
    this.turn(link.search);
  }

  #count(event) {
    if (event.target.id !== "shown") return;
    event.stopPropagation(); // Elsewhere the slider leads to another page.
    document.getElementById("shown-count").firstChild.nodeValue = event.target.value;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      const wanted = new URLSearchParams(location.search);
      wanted.set("n", event.target.value);
      this.#use(event.target);
      this.turn(`?${wanted}`);
    }, PAUSE);
  }

  #price(event) {
    const form = event.target.closest(".price-form");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    this.#use(form.contains(document.activeElement) ? document.activeElement : form);
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    this.turn(`?${new URLSearchParams(given)}`);
  }

  #use(control) {
    const switched = control.closest("[data-switch]");
    this.used = {
      id: control.id,
      name: switched?.dataset.switch,
      option: control.dataset.option,
      place: [...(switched?.querySelectorAll("a") ?? [])].indexOf(control),
      stays: "stays" in (switched?.dataset ?? {}),
      within: control.closest(".menu-panel")?.scrollTop ?? 0,
    };
  }

  // New elements are there: the one that stands for the control that was used has the focus again, in a menu
  // that is open where several of its choices can be made.
  #reopen() {
    const { used } = this;
    this.used = null;
    if (!used) return;
    const find = (selector) => this.element.querySelector(selector);
    const switched = used.name && find(`[data-switch="${CSS.escape(used.name)}"]`);
    if (switched && used.stays) switched.open = true;
    const option = used.option && switched?.querySelector(`[data-option="${CSS.escape(used.option)}"]`);
    const link = switched?.matches("a") ? switched : [...(switched?.querySelectorAll("a") ?? [])][used.place];
    const control = (used.id && find(`#${CSS.escape(used.id)}`)) || option || link || find("h2");
    if (control?.matches("h2")) control.tabIndex = -1;
    control?.focus({ preventScroll: true });
    const panel = control?.closest(".menu-panel");
    if (panel) panel.scrollTop = used.within;
  }
}
