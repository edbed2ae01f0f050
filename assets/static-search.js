// The search of a static site: reads the address, searches with the index, and shows the products.

import { standIn } from "./controls.js";
import { create, find, focus, get } from "./elements.js";
import { _, written } from "./messages.js";
import { answer, revisit } from "./navigation.js";
import { sentenceOf } from "./problems.js";
import { pathOf } from "./static-columns.js";
import { StaticData } from "./static-data.js";
import { Head, countText, pagesOf } from "./static-head.js";
import { Index } from "./static-index.js";
import { addressOf, queryOf } from "./static-query.js";
import { showPicks } from "./tray.js";

/** @typedef {import("./static-query.js").Query} Query */
/** @typedef {import("./controls.js").Used & { top?: number, replaces?: boolean }} Turned */

/** @param {HTMLElement} root */
export async function start(root) {
  const page = new SearchPage(root);
  await revisit(() => page.show());
  root.dataset.ready = "";
  return () => page.stop();
}

class SearchPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.size = Number(root.dataset.size);
    this.data = new StaticData(root.dataset.root ?? "");
    this.index = new Index((path) => this.data.load(`index/${path}`));
    this.head = new Head(root);
    this.name = document.title.split(" · ").at(-1) ?? "";
    this.box = get(document, "#search", HTMLInputElement);
    this.asked = 0;
    const path = location.pathname;
    const again = () => {
      if (location.pathname !== path) return; // Another page, which the browser loads.
      revisit(() => {
        this.box.blur(); // What was typed belongs to the entry that the visitor left.
        return this.show();
      });
    };
    addEventListener("popstate", again);
    const stopAnswering = answer(root, (search, used) => this.#turn(search, used), { searches: true });
    this.stop = () => {
      removeEventListener("popstate", again);
      stopAnswering();
    };
  }

  /**
   * Goes to the query of a control, or of the search field, which keeps the focus itself.
   *
   * @param {string} search
   * @param {Turned} used
   */
  #turn(search, used) {
    const go = () => {
      const address = location.pathname + search;
      if (used.replaces) history.replaceState(history.state, "", address);
      else history.pushState({}, "", address);
    };
    // Other listeners of the click look for its target on the page as it was.
    setTimeout(() => this.show({ search, go, used: used.replaces === undefined ? used : null }));
  }

  /**
   * Shows a query, by default the address's.
   *
   * @param {{ search?: string, go?: () => void, used?: Turned | null }} [options]  `go` moves to the query's address
   *   once its products are there; `used` is the control that keeps the focus
   */
  async show({ search = location.search, go, used = null } = {}) {
    this.asked += 1;
    const asked = this.asked;
    const query = queryOf(new URLSearchParams(search));
    if (document.activeElement !== this.box) this.box.value = query.search;
    try {
      const { currency } = await this.index.about;
      const answered = await this.index.search(query);
      const first = (query.page - 1) * this.size;
      const cards = await this.data.cards(answered.positions.slice(first, first + this.size));
      if (asked !== this.asked) return; // The visitor has gone on.
      go?.();
      this.head.show(query, answered.facets, answered.positions.length, currency);
      this.#fill(query, answered, cards);
      if (used) this.#refocus(used);
    } catch (error) {
      get(this.root, ".count").textContent = sentenceOf(error);
    }
  }

  /**
   * @param {Query} query
   * @param {import("./static-index.js").Answer} answered
   * @param {HTMLElement[]} cards
   */
  #fill(query, { positions, corrected, meanings }, cards) {
    const heading = headingOf(query, corrected);
    get(this.root, "h1").textContent = cards.length ? heading : _("Nothing found");
    document.title = `${query.page > 1 ? _("{heading}, page {number}", { heading, number: written(query.page) }) : heading} · ${this.name}`;
    get(this.root, ".count").textContent = cards.length ? countText(query.page, this.size, positions.length) : "";
    get(this.root, ".correction").replaceChildren(...takenFor(query, corrected, meanings));
    get(this.root, ".static-search > .product-grid").replaceChildren(...cards);
    const last = Math.ceil(positions.length / this.size);
    get(this.root, ".pages").replaceChildren(...(last > 1 ? pagesOf(query, last) : []));
    const nothing = get(this.root, ".search-nothing");
    nothing.hidden = cards.length > 0;
    get(nothing, "p").textContent = query.search
      ? _("No product matches “{words}”.", { words: query.search })
      : _("There are no products with these filters.");
    const fold = find(this.root, ".filters-fold", HTMLDetailsElement);
    const isNarrowed = find(this.root, ".filters-fold-count") !== null || query.all !== "";
    if (fold && (isNarrowed || !("ready" in this.root.dataset))) fold.open = isNarrowed;
    showPicks();
  }

  /** @param {Turned} used */
  #refocus(used) {
    if (!used.name) {
      scrollTo({ top: 0 });
      focus(null);
      return;
    }
    focus(standIn(used, document));
    scrollTo({ top: used.top ?? scrollY });
  }
}

/** @param {Query} query @param {string} corrected */
function headingOf({ search, filters }, corrected) {
  const category = pathOf(filters.category).at(-1);
  const words = corrected || search;
  if (search) return category ? _("“{words}” in {category}", { words, category }) : _("“{words}”", { words });
  return category ?? _("All products");
}

/**
 * What was looked for instead of what was typed, or with it. dashapp/parts/search_words.py says the same.
 *
 * @param {Query} query
 * @param {string} corrected
 * @param {import("./static-index.js").Meaning[]} meanings
 * @returns {(Node | string)[]}
 */
function takenFor(query, corrected, meanings) {
  const said = corrected ? [_("Showing “{corrected}” for “{typed}”.", { corrected, typed: query.search })] : [];
  for (const { word, terms, adds } of meanings) {
    said.push(adds
      ? _("Also showing {terms} for “{word}”.", { terms, word })
      : _("Showing {terms} for “{word}”.", { terms, word }));
  }
  if (!said.length) return [];
  const href = addressOf({ ...query, exact: true, page: 1 });
  const instead = create("a", { className: "more", rel: "nofollow", href }, _("Search for “{words}” instead", { words: query.search }));
  return [said.join(" "), " ", instead];
}
