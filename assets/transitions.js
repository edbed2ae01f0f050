// The animation between a card and its page: the card's picture grows into the page's.

import { all, closest, find } from "./elements.js";

const NAME = "picture";
const SOON = 400; // milliseconds to wait for the page; a later one is shown without animation

/**
 * A wait for the page being loaded. `end` ends it; it is null until the animation has begun.
 *
 * @typedef {{ link: HTMLElement | null, end: (() => void) | null }} Departure
 */

/** @type {Departure | null} */
let departure = null;
/** @type {HTMLElement[]} */
let named = [];

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** @param {HTMLElement | null} picture */
function name(picture) {
  if (!picture) return;
  picture.style.setProperty("view-transition-name", NAME);
  named.push(picture);
}

function unname() {
  for (const picture of named) picture.style.removeProperty("view-transition-name");
  named = [];
}

/**
 * Starts the animation from the picture of the clicked card, or of the product shown, and waits for the next page.
 * Does nothing if the browser has no view transitions or the visitor prefers reduced motion.
 *
 * @param {HTMLElement | null} link
 */
export function depart(link) {
  arrive(null);
  if (!document.startViewTransition || isCalm()) return;
  /** @type {Departure} */
  const own = { link, end: null };
  departure = own;
  // From the start of an animation on, the browser shows nothing new until the next page is there. The frame that
  // answers the click comes first.
  requestAnimationFrame(() => setTimeout(() => {
    if (departure === own) begin(own);
  }));
}

/** @param {Departure} own */
function begin(own) {
  unname();
  const card = closest(own.link, ".product-card");
  name(card ? find(card, ".tile") : find(document, "main .product .tile"));
  /** @type {Promise<void>} */
  const coming = new Promise((resolve) => (own.end = resolve));
  const transition = document.startViewTransition(() => coming);
  const late = setTimeout(() => {
    transition.skipTransition();
    arrive(null);
  }, SOON);
  coming.then(() => clearTimeout(late));
  transition.ready.catch(() => {}); // The animation was skipped, or another one has begun.
  transition.finished.catch(() => {}).then(unname);
}

/**
 * Continues with the loaded page: animates to its product's picture, or to the card of the page before. A page that
 * came before the animation began is shown without one.
 *
 * @param {string | null} before  the address of the page before
 */
export function arrive(before) {
  const end = departure?.end;
  departure = null;
  if (!end) return;
  unname();
  const back = all(document, "main .card-name").find((card) => card.getAttribute("href") === before);
  const card = closest(back ?? null, ".product-card");
  name(find(document, "main .product .tile") ?? (card && find(card, ".tile")));
  end();
}
