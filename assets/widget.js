// A row of look-alikes of a product, for any page of a shop:
//   <script src="https://look.example/widget.js" data-product="sku-1" async></script>
// Adds the row after the script, and in each element with data-akin-product. docs/api.md has the options.
(() => {
  "use strict";

  /** @typedef {{ src: string, width: number, height: number }} Thumbnail */
  /** @typedef {{ small: Thumbnail, large: Thumbnail }} Picture */
  /** @typedef {{ id: string, title: string, page: string, images: Picture[] }} Named */
  /** @typedef {{ brand?: string | null, category?: string | null }} Placed */
  /** @typedef {{ url: string | null, price: number | null, compare_at_price: number | null, currency: string | null }} Offered */
  /** @typedef {Named & Placed & Offered} Product  as the API gives it */

  const script = document.currentScript;
  const warn = (/** @type {string} */ text) => console.warn(`Akin: ${text}`);
  if (!(script instanceof HTMLScriptElement)) return warn("load widget.js by a script element without type=\"module\".");

  const { src: source } = script;
  /** @type {((id: string) => string) | null} */
  const listOf = null; // A static site's copy has a function here, which names the file of a product's list.
  /** @type {Record<string, Record<string, string>>} */
  const TRANSLATIONS = {}; // The server puts its messages in other languages here, by language.
  /** @typedef {{ accent: string, tile: string }} Colours */
  /** @typedef {{ family: string, file?: string }} Typeface */
  /** @type {{ light?: Colours, dark?: Colours, radius?: number, text?: Typeface, heading?: Typeface }} */
  const THEME = {}; // The server puts the look of the shop's theme here.
  const language = script.dataset.language || document.documentElement.lang || "en";
  const translated = TRANSLATIONS[language.toLowerCase().split("-")[0]] ?? {};
  const _ = (/** @type {string} */ message) => translated[message] ?? message;
  const FILTERS = ["limit", "recipe", "same-category", "same-colour", "in-stock", "on-sale", "price"];

  const THRESHOLDS = ["related", "close", "very_close"];

  const CSS = ""; // The server puts widget.css here.
  // The shadow root keeps all other styles apart, but those of `::part`.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);

  /**
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} name
   * @param {Partial<HTMLElementTagNameMap[K]>} properties
   * @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[K]}
   */
  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    // The page's own CSS reaches each by ::part with the name of its class.
    if (made.className) made.setAttribute("part", made.className);
    made.append(...children);
    return made;
  }

  const absolute = (/** @type {string} */ address) => new URL(address, source).href;

  function written(/** @type {number} */ number, /** @type {Intl.NumberFormatOptions} */ style) {
    return new Intl.NumberFormat(language, style).format(number);
  }

  function price(/** @type {number} */ amount, /** @type {string | null} */ currency) {
    try {
      return written(amount, { style: "currency", currency: currency ?? "" });
    } catch {
      return `${amount} ${currency ?? ""}`; // Some catalogues write a symbol instead of a currency code.
    }
  }

  /** @param {HTMLImageElement} image @param {Picture} picture */
  function draw(image, { small, large }) {
    Object.assign(image, {
      width: large.width, height: large.height, alt: "", loading: "lazy", decoding: "async", sizes: "14em",
      srcset: `${absolute(small.src)} ${small.width}w, ${absolute(large.src)} ${large.width}w`, src: absolute(large.src),
    });
    image.addEventListener("error", () => image.remove());
    return image;
  }

  function picture(/** @type {Picture} */ of, /** @type {number} */ shape) {
    const ratio = of.large.width / of.large.height / shape;
    const image = draw(document.createElement("img"), of);
    if (ratio <= 0.83 || ratio >= 1.2) image.className = "whole";
    return image;
  }

  /** What a product costs, cost before a sale, and saves: texts, empty where nothing is known. */
  function prices(/** @type {Product} */ { price: amount, compare_at_price: before, currency }) {
    if (amount === null) return { now: "", before: "", saving: "" };
    const sale = before !== null && before > amount;
    const off = sale ? Math.floor((1 - amount / before) * 100 + 1e-6) / 100 : 0;
    return {
      now: price(amount, currency),
      before: sale ? price(before, currency) : "",
      saving: off ? written(-off, { style: "percent" }) : "",
    };
  }

  function addressOfProduct(/** @type {Product} */ { url, page }) {
    return /^https?:/i.test(url ?? "") ? url ?? "" : absolute(page);
  }

  function card(/** @type {Product} */ product, /** @type {number} */ shape, /** @type {string} */ was) {
    const tile = element("span", { className: "picture" });
    if (product.images.length) tile.append(picture(product.images[0], shape));
    const parts = [tile, element("span", { className: "title", textContent: product.title })];
    const { now, before, saving } = prices(product);
    if (now) {
      const paid = element("span", { className: "price", textContent: now });
      if (before) paid.append(" ", element("s", { className: "former-price" }, element("i", {}, `${was} `), before));
      if (saving) paid.append(" ", element("span", { className: "saving", textContent: saving }));
      parts.push(paid);
    }
    return element("a", { className: "card", href: addressOfProduct(product) }, ...parts);
  }

  /** Fills a copy of the page's own template: texts as texts, never as HTML. */
  function filled(/** @type {HTMLTemplateElement} */ template, /** @type {Product} */ product) {
    const made = document.importNode(template.content, true);
    const { now, before, saving } = prices(product);
    /** @type {Record<string, string | null | undefined>} */
    const texts = {
      title: product.title, brand: product.brand, category: product.category,
      price: now, "former-price": before, saving,
    };
    for (const slot of made.querySelectorAll("[data-slot]")) {
      const name = slot.getAttribute("data-slot") ?? "";
      if (name === "link") slot.setAttribute("href", addressOfProduct(product));
      else if (name === "picture" && slot instanceof HTMLImageElement) {
        if (product.images.length) draw(slot, product.images[0]);
        else slot.remove();
      } else if (texts[name]) slot.textContent = texts[name] ?? "";
      else slot.remove(); // A label without a text would only take room.
    }
    return made;
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
   * @param {Found} found
   * @param {(product: Product, shape: number) => Node} draw
   */
  function listOfCards({ of, products }, draw) {
    const ratios = products.flatMap(({ images: [first] }) => first ? first.large.width / first.large.height : []);
    const portrait = ratios.sort((one, other) => one - other)[ratios.length >> 1] < 0.9;
    const list = element("ul", { role: "list", className: portrait ? "list portrait" : "list" });
    const clicked = new Set();
    let viewed = false;
    const view = () => {
      if (!viewed) say(list, "akin-view", { ...of, shown: products.map(({ id }) => id) });
      viewed = true;
    };
    products.forEach((product, place) => {
      const item = element("li", {}, draw(product, portrait ? 0.8 : 1));
      const click = (/** @type {MouseEvent} */ { type, button, target }) => {
        if (type === "auxclick" && button !== 1) return; // The middle button opens a new tab.
        if (!(target instanceof Element && target.closest("a"))) return;
        view();
        if (!clicked.has(place)) say(item, "akin-click", { ...of, chosen: product.id, place: place + 1 });
        clicked.add(place);
      };
      item.addEventListener("click", click);
      item.addEventListener("auxclick", click);
      list.append(item);
    });
    watch(list, view);
    return list;
  }

  /** @typedef {(name: string) => string | null} Option  the value of one of an element's attributes */
  /** @typedef {{ of: { product: string, recipe: string }, products: Product[] }} Found */

  /** @param {string} id @param {Option} option */
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
   * Asks for JSON; says in the console why there is none.
   *
   * @param {URL} address
   */
  async function ask(address) {
    let answer;
    try {
      answer = await fetch(address, { credentials: "omit" });
    } catch {
      return warn(`${address.origin} cannot be read: is ${location.origin} in its setting AKIN_CORS?`);
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    warn(said.detail ?? `${address} has status ${answer.status}.`);
  }

  /**
   * Finds the look-alikes of a product; null if there are none to show.
   *
   * @param {string} id
   * @param {Option} option
   * @returns {Promise<Found | null>}
   */
  async function find(id, option) {
    const least = option("threshold");
    if (least !== null && !THRESHOLDS.includes(least)) {
      warn(`Expected threshold to be one of ${THRESHOLDS.join(", ")}. Received: ${least}.`);
      return null;
    }
    /** @type {{ recipe: string, similar: { product: Product, closeness?: string }[] } | undefined} */
    const answer = await ask(addressOf(id, option));
    if (!answer) return null;
    // A list has the closest first, so nothing is lost by asking for no more than are shown.
    const close = answer.similar.filter(({ closeness }) => {
      return least === null || THRESHOLDS.indexOf(closeness ?? "") >= THRESHOLDS.indexOf(least);
    });
    const most = listOf ? Number(option("limit") ?? 6) : close.length;
    const products = close.slice(0, most).map(({ product }) => product);
    return products.length ? { of: { product: id, recipe: answer.recipe }, products } : null;
  }

  /**
   * The switch between the lists of a catalogue; null if it has but one.
   *
   * @param {string} current
   * @param {(recipe: string) => Promise<boolean>} turn  shows another list, or returns false if it is empty
   */
  async function switchOf(current, turn) {
    const about = listOf ? warn("a static site has no switch.") : await ask(new URL(absolute("api/v1")));
    /** @type {{ name: string, label: string }[]} */
    const recipes = about?.split?.length ? [] : about?.recipes ?? []; // Recipes that are compared are not chosen.
    if (recipes.length < 2) return null;
    const group = element("div", { className: "switch", role: "group" });
    group.setAttribute("aria-labelledby", "heading");
    for (const { name, label } of recipes) {
      const button = element("button", { type: "button", className: "option", textContent: label });
      button.setAttribute("aria-pressed", String(name === current));
      button.addEventListener("click", async () => {
        button.disabled = !await turn(name);
        if (button.disabled) return;
        for (const each of group.children) each.setAttribute("aria-pressed", String(each === button));
      });
      group.append(button);
    }
    return group;
  }

  /**
   * The page's template for cards: named by the attribute, or inside of the element; null if there is none.
   *
   * @param {Element} place
   * @param {string | null} name
   */
  function templateOf(place, name) {
    const found = name === null ? place.querySelector(":scope > template") : document.getElementById(name);
    if (found instanceof HTMLTemplateElement) return found;
    if (name !== null) warn(`Expected template to be the id of a template element. Received: ${name}.`);
    return null;
  }

  /**
   * @param {Element} place  the element with the options
   * @param {string} prefix  the prefix of the options' names
   * @param {(host: Node) => void} put
   */
  async function show(place, prefix, put) {
    const option = (/** @type {string} */ name) => place.getAttribute(prefix + name);
    const id = option("product") ?? "";
    const template = templateOf(place, option("template"));
    const was = option("was") || _("was");
    const draw = (/** @type {Product} */ product, /** @type {number} */ shape) => {
      return template ? filled(template, product) : card(product, shape, was);
    };
    const found = await find(id, option);
    if (!found) return;
    let list = listOfCards(found, draw);
    let latest = found.of.recipe;
    const turn = async (/** @type {string} */ recipe) => {
      latest = recipe;
      const other = await find(id, (name) => name === "recipe" ? recipe : option(name));
      if (!other || latest !== recipe) return Boolean(other); // Another one may have been chosen meanwhile.
      const next = listOfCards(other, draw);
      list.replaceWith(next);
      list = next;
      return true;
    };
    const heading = element("h2", { id: "heading", className: "heading", textContent: option("heading") || _("More like this") });
    const several = option("switch") === null ? null : await switchOf(found.of.recipe, turn);
    const section = element("section", { className: "row" }, heading, ...(several ? [several] : []), list);
    section.setAttribute("aria-labelledby", "heading");
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(section);
    put(host);
    dress(host);
  }

  /** Whether the page's text is light, as it is on a dark ground. */
  function isDark(/** @type {Element} */ element) {
    const [red, green, blue] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? []).map(Number);
    return 0.299 * red + 0.587 * green + 0.114 * blue > 128;
  }

  const fetched = new Set(); // the typefaces that the page has got

  /** Puts the theme's look on a row, for its stylesheet to take. */
  function dress(/** @type {HTMLElement} */ host) {
    const { fontFamily: family } = getComputedStyle(host);
    const set = (/** @type {string} */ name, /** @type {string} */ value) => host.style.setProperty(`--_${name}`, value);
    for (const [name, colour] of Object.entries(THEME[isDark(host) ? "dark" : "light"] ?? {})) set(name, colour);
    if (THEME.radius !== undefined) set("radius", `${THEME.radius}px`);
    for (const name of /** @type {const} */ (["text", "heading"])) {
      const typeface = THEME[name];
      if (typeface) set(name, `${typeface.family}, ${family}`);
      if (!typeface?.file || fetched.has(name)) continue;
      fetched.add(name);
      // A browser fetches it only where a letter is set in it.
      // Chromium takes the name as it is, with quotation marks in it.
      document.fonts.add(new FontFace(typeface.family.replaceAll('"', ""), `url("${absolute(typeface.file)}")`, { weight: "100 900", display: "swap" }));
    }
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
