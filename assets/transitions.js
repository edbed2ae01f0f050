// Motion between a card and its page: the picture of the one grows into that of the other.

import { all, closest, find } from "./elements.js";

const NAME = "picture";
const SOON = 400; // milliseconds after which a page that has not come is shown without motion: till then nothing moves

/** Ends the wait for the page on its way. @type {(() => void) | null} */
let arrived = null;
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
 * Keeps the picture of the page as it is until the next one has come: that of the card that was clicked, or that of
 * the product shown. Where browsers know no such motion, or the visitor wants none, nothing happens.
 *
 * @param {HTMLElement | null} link
 */
export function depart(link) {
  arrive(null);
  if (!document.startViewTransition || isCalm()) return;
  unname();
  const card = closest(link, ".product-card");
  name(card ? find(card, ".tile") : find(document, "main .product .tile"));
  /** @type {Promise<void>} */
  const coming = new Promise((resolve) => (arrived = resolve));
  const transition = document.startViewTransition(() => coming);
  const late = setTimeout(() => {
    transition.skipTransition();
    arrive(null);
  }, SOON);
  coming.then(() => clearTimeout(late));
  transition.ready.catch(() => {}); // It was skipped, or another one has begun.
  transition.finished.catch(() => {}).then(unname);
}

/**
 * Goes on with the page that has come: its product's picture moves, or that of the card that leads back.
 *
 * @param {string | null} before  the address of the page before
 */
export function arrive(before) {
  if (!arrived) return;
  unname();
  const back = all(document, "main .card-name").find((card) => card.getAttribute("href") === before);
  const card = closest(back ?? null, ".product-card");
  name(find(document, "main .product .tile") ?? (card && find(card, ".tile")));
  arrived();
  arrived = null;
}
