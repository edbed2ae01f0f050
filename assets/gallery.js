// Adds what links cannot do alone to the gallery: arrow keys between cards, menus that close, first steps that
// are over, prices that apply as they are typed, and a new shuffle at every click.

import { addressWith, argumentsOf } from "./controls.js";
import { all, closest, find, get } from "./elements.js";
import { ARROWS, isField, isShortcut, stepOf } from "./inputs.js";
import { goBy } from "./navigation.js";
import { local } from "./storage.js";

export function start() {
  document.addEventListener("keydown", press);
  document.addEventListener("click", shuffle, { capture: true });
  document.addEventListener("click", ({ target }) => {
    closeMenus(closest(target, ".menu"));
    const menu = closest(closest(target, ".menu-done"), ".menu", HTMLDetailsElement);
    if (menu) leave(menu);
    if (closest(target, ".start-close")) endStart();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (closest(target, "main")) closeMenus(closest(target, ".menu"));
  });
  document.addEventListener("change", ({ target }) => {
    const form = closest(target, ".price-form", HTMLFormElement);
    if (form) ask(form);
  });
  document.addEventListener("submit", (event) => {
    const form = closest(event.target, ".price-form", HTMLFormElement);
    if (!form) return;
    event.preventDefault();
    ask(form);
  });
}

// --- keys -----------------------------------------------------------------------------------------

/** @param {KeyboardEvent} event */
function press(event) {
  if (isShortcut(event) || event.defaultPrevented) return;
  if (event.key === "Escape") {
    dismiss(event);
  } else if (event.key === "/" && !isField(event.target)) {
    event.preventDefault();
    const box = get(document, "#search", HTMLInputElement);
    box.focus();
    box.select();
  } else if (!event.shiftKey) {
    moveAmongCards(event);
    moveAmongSegments(event);
  }
}

/** @param {KeyboardEvent} event */
function dismiss(event) {
  const box = get(document, "#search", HTMLInputElement);
  const menu = find(document, ".menu[open]", HTMLDetailsElement);
  if (menu) {
    leave(menu);
  } else if (event.target === box && box.value) {
    event.preventDefault(); // Some browsers clear the field themselves, without the event that starts a search.
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** @param {KeyboardEvent} event */
function moveAmongSegments(event) {
  const from = closest(event.target, ".segment");
  const control = closest(from, ".segments");
  const step = stepOf(event.key);
  if (!from || !control || !step) return;
  event.preventDefault();
  const segments = all(control, ".segment");
  segments[segments.indexOf(from) + step]?.focus();
}

/** @param {KeyboardEvent} event */
function moveAmongCards(event) {
  const from = closest(event.target, ".card-name");
  const grid = closest(from, ".product-grid");
  if (!from || !grid || !(event.key in ARROWS || event.key === "Home" || event.key === "End")) return;
  const next = nextCard(all(grid, ".card-name"), from, event.key);
  event.preventDefault();
  if (!next) return;
  next.focus({ preventScroll: true });
  closest(next, ".product-card")?.scrollIntoView({ block: "nearest" });
}

/**
 * @param {HTMLElement[]} cards
 * @param {HTMLElement} from
 * @param {string} key
 */
function nextCard(cards, from, key) {
  if (key === "Home") return cards[0];
  if (key === "End") return cards.at(-1);
  const step = stepOf(key);
  if (step) return cards[cards.indexOf(from) + step];
  const [, down] = ARROWS[key];
  // Finds the card in the next row whose column is nearest.
  const place = (/** @type {HTMLElement} */ card) => {
    const { left, width, top } = (closest(card, ".product-card") ?? card).getBoundingClientRect();
    return { card, x: left + width / 2, y: top };
  };
  const { x, y } = place(from);
  const beyond = cards.map(place).filter((other) => (other.y - y) * down > 1);
  const row = Math.min(...beyond.map((other) => (other.y - y) * down));
  const there = beyond.filter((other) => (other.y - y) * down - row < 1);
  there.sort((one, other) => Math.abs(one.x - x) - Math.abs(other.x - x));
  return there[0]?.card;
}

// --- first steps -----------------------------------------------------------------------------------

function endStart() {
  local.write("start", "over"); // early.js reads it
  document.documentElement.dataset.start = "over";
  find(document, ".product-grid .card-name")?.focus({ preventScroll: true });
}

// --- menus ----------------------------------------------------------------------------------------

/** @param {HTMLElement | null} except */
function closeMenus(except) {
  for (const menu of all(document, ".menu[open]", HTMLDetailsElement)) {
    if (menu !== except) menu.open = false;
  }
}

/** @param {HTMLDetailsElement} menu */
function leave(menu) {
  menu.open = false;
  get(menu, "summary").focus();
}

// --- prices and shuffles --------------------------------------------------------------------------

/** @param {HTMLFormElement} form */
function ask(form) {
  const { activeElement } = document;
  const control = activeElement instanceof HTMLElement && form.contains(activeElement) ? activeElement : form;
  goBy(control, addressWith(form.getAttribute("action") ?? "", argumentsOf(form)));
}

/** @param {MouseEvent} event */
function shuffle({ target }) {
  const link = closest(target, '[data-switch="shuffle"], [data-option="shuffle"]', HTMLAnchorElement);
  if (!link) return;
  const address = new URL(link.href);
  address.searchParams.set("seed", String(1 + Math.floor(Math.random() * 1e6)));
  link.href = address.href;
}
