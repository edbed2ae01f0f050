// A row of look-alikes of a product, for any page of a shop:
//   <script src="https://look.example/widget.js" data-product="sku-1" async></script>
// Adds the row after the script, and in each element with data-akin-product. docs/api.md has the options.
(() => {
  "use strict";

  /** @typedef {{ src: string, width: number, height: number }} Thumbnail */
  /** @typedef {{ small: Thumbnail, large: Thumbnail }} Picture */
  /** @typedef {{ id: string, title: string, page: string, images: Picture[] }} Named */
  /** @typedef {{ url: string | null, price: number | null, compare_at_price: number | null, currency: string | null }} Offered */
  /** @typedef {Named & Offered} Product  as the API gives it */

  const script = document.currentScript;
  const warn = (/** @type {string} */ text) => console.warn(`Akin: ${text}`);
  if (!(script instanceof HTMLScriptElement)) return warn("load widget.js by a script element without type=\"module\".");

  const { src: source } = script;
  /** @type {((id: string) => string) | null} */
  const listOf = null; // A static site's copy has a function here, which names the file of a product's list.
  const FILTERS = ["limit", "recipe", "same-category", "same-colour", "in-stock", "on-sale", "price"];

  // Colours and font come from the page. The shadow root keeps all other styles apart.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host {
      all: initial !important;
      display: block !important;
      font: inherit !important;
      color: inherit !important;
      color-scheme: inherit !important;
    }
    h2 { margin: 0 0 .75em; font-size: 1.25em; font-weight: 600; line-height: 1.2; }
    ul {
      display: flex; gap: 1em; margin: -4px; padding: 4px;
      list-style: none; overflow-x: auto; scroll-snap-type: x proximity; scroll-padding: 4px;
    }
    li { flex: 1 0 9em; max-width: 14em; min-width: 0; scroll-snap-align: start; }
    a { display: block; font-size: .9375em; line-height: 1.4; color: inherit; text-decoration: none; border-radius: .5em; }
    a:hover .title { text-decoration: underline; }
    a:focus-visible { outline: 2px solid; outline-offset: 2px; }
    .tile {
      display: block; aspect-ratio: 1; margin-bottom: .5em; overflow: hidden; border-radius: .5em;
      background: color-mix(in srgb, currentColor 6%, transparent);
    }
    .portrait .tile { aspect-ratio: 4 / 5; }
    img { display: block; width: 100%; height: 100%; object-fit: cover; }
    img.whole { object-fit: contain; }
    .title {
      display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
      overflow-wrap: anywhere;
    }
    .price { display: block; }
    s { position: relative; opacity: .75; }
    s i { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  `);

  /**
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} name
   * @param {Partial<HTMLElementTagNameMap[K]>} properties
   * @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[K]}
   */
  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  const absolute = (/** @type {string} */ address) => new URL(address, source).href;

  function written(/** @type {number} */ number, /** @type {Intl.NumberFormatOptions} */ style) {
    return new Intl.NumberFormat(document.documentElement.lang || undefined, style).format(number);
  }

  function price(/** @type {number} */ amount, /** @type {string | null} */ currency) {
    try {
      return written(amount, { style: "currency", currency: currency ?? "" });
    } catch {
      return `${amount} ${currency ?? ""}`; // Some catalogues write a symbol instead of a currency code.
    }
  }

  function picture(/** @type {Picture} */ { small, large }, /** @type {number} */ shape) {
    const ratio = large.width / large.height / shape;
    const made = element("img", {
      width: large.width, height: large.height, alt: "", loading: "lazy", decoding: "async", sizes: "14em",
      srcset: `${absolute(small.src)} ${small.width}w, ${absolute(large.src)} ${large.width}w`,
      src: absolute(large.src), className: ratio > 0.83 && ratio < 1.2 ? "" : "whole",
    });
    made.addEventListener("error", () => made.remove());
    return made;
  }

  function card(/** @type {Product} */ product, /** @type {number} */ shape, /** @type {string} */ was) {
    const tile = element("span", { className: "tile" });
    if (product.images.length) tile.append(picture(product.images[0], shape));
    const shop = /^https?:/i.test(product.url ?? "");
    const parts = [tile, element("span", { className: "title", textContent: product.title })];
    const { price: amount, compare_at_price: before, currency } = product;
    if (amount !== null) {
      const paid = element("span", { className: "price", textContent: price(amount, currency) });
      if (before !== null && before > amount) {
        const off = Math.floor((1 - amount / before) * 100 + 1e-6) / 100;
        paid.append(" ", element("s", {}, element("i", {}, `${was} `), price(before, currency)));
        if (off) paid.append(` ${written(-off, { style: "percent" })}`);
      }
      parts.push(paid);
    }
    return element("a", { href: shop ? product.url ?? "" : absolute(product.page) }, ...parts);
  }

  /**
   * @param {Element} from
   * @param {"akin-view" | "akin-click"} name
   * @param {object} detail
   */
  function say(from, name, detail) {
    const said = { bubbles: true, composed: true, detail: { list: "widget", host: absolute("."), ...detail } };
    from.dispatchEvent(new CustomEvent(name, said));
  }

  /**
   * Calls `seen` once half of an element has been on the screen for a second.
   *
   * @param {Element} watched
   * @param {() => void} seen
   */
  function watch(watched, seen) {
    let pause = 0;
    const observer = new IntersectionObserver(([{ isIntersecting }]) => {
      clearTimeout(pause);
      if (isIntersecting) pause = setTimeout(() => {
        observer.disconnect();
        seen();
      }, 1000);
    }, { threshold: 0.5 });
    observer.observe(watched);
  }

  /**
   * @param {{ product: string, recipe: string }} of
   * @param {string} heading
   * @param {Product[]} products
   * @param {string} was  read out before a former price
   */
  function row(of, heading, products, was) {
    const ratios = products.flatMap(({ images: [first] }) => first ? first.large.width / first.large.height : []);
    const portrait = ratios.sort((one, other) => one - other)[ratios.length >> 1] < 0.9;
    const list = element("ul", { role: "list", className: portrait ? "portrait" : "" });
    const clicked = new Set();
    let viewed = false;
    const view = () => {
      if (!viewed) say(list, "akin-view", { ...of, shown: products.map(({ id }) => id) });
      viewed = true;
    };
    products.forEach((product, place) => {
      const link = card(product, portrait ? 0.8 : 1, was);
      const click = (/** @type {MouseEvent} */ { type, button }) => {
        if (type === "auxclick" && button !== 1) return; // The middle button opens a new tab.
        view();
        if (!clicked.has(place)) say(link, "akin-click", { ...of, chosen: product.id, place: place + 1 });
        clicked.add(place);
      };
      link.addEventListener("click", click);
      link.addEventListener("auxclick", click);
      list.append(element("li", {}, link));
    });
    watch(list, view);
    const section = element("section", {}, element("h2", { id: "heading", textContent: heading }), list);
    section.setAttribute("aria-labelledby", "heading");
    return section;
  }

  /** @param {string} id @param {(name: string) => string | null} option */
  function addressOf(id, option) {
    const given = FILTERS.filter((name) => option(name) !== null);
    if (listOf) {
      const others = given.filter((name) => name !== "limit");
      if (others.length) warn(`a static site has no ${others.join(", ")}: its whole list is shown.`);
      return new URL(absolute(listOf(id)));
    }
    const address = new URL(absolute("api/v1/similar"));
    address.search = String(new URLSearchParams({ id, limit: "6" }));
    // An attribute without a value means yes.
    for (const name of given) address.searchParams.set(name.replace("-", "_"), option(name) || "true");
    return address;
  }

  /**
   * @param {Element} place  the element with the options
   * @param {string} prefix  the prefix of the options' names
   * @param {(host: Node) => void} put
   */
  async function show(place, prefix, put) {
    const option = (/** @type {string} */ name) => place.getAttribute(prefix + name);
    const id = option("product") ?? "";
    const address = addressOf(id, option);
    let answer;
    try {
      answer = await fetch(address, { credentials: "omit" });
    } catch {
      return warn(`${address.origin} cannot be read: is ${location.origin} in its setting AKIN_CORS?`);
    }
    /** @type {{ recipe: string, similar?: { product: Product }[], detail?: string }} */
    const { recipe, similar, detail } = await answer.json().catch(() => ({}));
    if (!similar) return warn(detail ?? `${address} has status ${answer.status}.`);
    if (!similar.length) return;
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const most = listOf ? Number(option("limit") ?? 6) : similar.length;
    const products = similar.slice(0, most).map(({ product }) => product);
    root.append(row({ product: id, recipe }, option("heading") || "More like this", products, option("was") || "was"));
    put(host);
  }

  function fill() {
    for (const container of document.querySelectorAll("[data-akin-product]:not([data-akin-filled])")) {
      container.setAttribute("data-akin-filled", "");
      show(container, "data-akin-", (host) => container.append(host));
    }
  }

  if (script.dataset.product) show(script, "data-", (host) => script.after(host));
  fill();
  document.addEventListener("DOMContentLoaded", fill);
})();
