// A product's page: previous and next in the list the visitor came from, the pictures, and the panels of cards.

import { all, closest, find, get } from "./elements.js";
import { isField, isPlainClick, isShortcut, stepOf } from "./inputs.js";
import { _, written } from "./messages.js";
import { onArrival } from "./navigation.js";
import { clamp } from "./numbers.js";
import { session } from "./storage.js";

const LISTS = 5; // lists that are kept, so that going back finds the right one

/** @typedef {[href: string, title: string]} Entry */
/** @typedef {{ name: string, isAlike: boolean, entries: Entry[] }} List */

export function start() {
  // Saves the list before the click leaves it.
  document.addEventListener("click", ({ target }) => {
    const link = closest(target, ".card-name");
    const list = closest(link, "ul, ol");
    if (list) keepList(list);
  }, { capture: true });
  document.addEventListener("click", turnPicture);
  document.addEventListener("click", enlarge, { capture: true });
  document.addEventListener("click", ({ target }) => {
    for (const panel of openPanels()) if (!(target instanceof Node && panel.contains(target))) panel.open = false;
    const button = closest(target, ".details-fold");
    if (button) unfold(button.getAttribute("aria-expanded") !== "true");
  });
  document.addEventListener("scroll", ({ target }) => {
    const strip = target instanceof Element && target.matches(STRIP) ? closest(target, STRIP) : null;
    if (strip) markPicture(strip);
  }, { capture: true, passive: true });
  // Only one panel is open at a time.
  document.addEventListener("toggle", ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.open || !target.matches(PANELS)) return;
    for (const panel of openPanels()) if (panel !== target) panel.open = false;
  }, { capture: true });
  document.addEventListener("keydown", press);
  onArrival(arrive);
  arrive();
}

function arrive() {
  showBeside();
  unfold(false);
  for (const strip of all(document, STRIP)) {
    strip.scrollLeft = 0;
    markPicture(strip);
  }
}

// --- the list that one came from ------------------------------------------------------------------

/** @returns {List[]} */
const lists = () => session.read("lists") ?? [];

/** @param {HTMLElement} list */
function keepList(list) {
  const name = get(document, "main h1").textContent;
  const onProduct = find(document, "main [data-product]");
  const entries = all(list, ".card-name").map((each) => [each.getAttribute("href"), each.textContent]);
  const kept = [{ name, isAlike: onProduct !== null, entries }, ...lists()];
  session.write("lists", kept.slice(0, LISTS));
}

// Data attributes keep what the server rendered, because React does not know of changes made here.
function showBeside() {
  const nav = find(document, "main .beside");
  if (!nav) return;
  const [where, before, after] = /** @type {HTMLElement[]} */ ([...nav.children]);
  /** @param {Entry} entry */
  const isHere = ([href]) => new URL(href, location.href).pathname === location.pathname;
  const list = lists().find(({ entries }) => entries.length > 1 && entries.some(isHere));
  if (list) {
    const place = list.entries.findIndex(isHere);
    const values = { place: written(place + 1), total: written(list.entries.length), list: list.name };
    where.textContent = list.isAlike
      ? _("{place} of {total} more like {list}", values)
      : _("{place} of {total} in {list}", values);
    point(before, list.entries[place - 1] ?? [], _("Previous"));
    point(after, list.entries[place + 1] ?? [], _("Next"));
  } else {
    where.textContent = where.dataset.text ?? "";
    for (const way of [before, after]) point(way, [way.dataset.href, way.dataset.label]);
  }
}

/**
 * @param {HTMLElement} way
 * @param {[href?: string, title?: string]} entry  if empty, the link is hidden
 * @param {string} [name]
 */
function point(way, [href, title], name) {
  way.hidden = !href;
  if (href) way.setAttribute("href", href);
  else way.removeAttribute("href");
  way.setAttribute("aria-label", title && name ? _("{way}: {title}", { way: name, title }) : String(title));
}

// --- pictures -------------------------------------------------------------------------------------

/** @param {MouseEvent} event */
async function enlarge(event) {
  const link = closest(event.target, "a.enlarge", HTMLAnchorElement);
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  const script = await import("./enlarge.js");
  script.enlarge(link);
}

const STRIP = ".picture-strip .pictures";

/** @param {HTMLElement} strip */
const places = (strip) =>
  /** @type {HTMLElement[]} */ ([...strip.children]).map((tile) => tile.offsetLeft - strip.offsetLeft);

/** @param {HTMLElement} strip */
function shownPicture(strip) {
  // Where pages run from right to left, it scrolls to negative places.
  const end = Math.abs(strip.scrollLeft) >= strip.scrollWidth - strip.clientWidth - 1;
  const distances = places(strip).map((place) => Math.abs(place - strip.scrollLeft));
  // The last picture may be too narrow to be scrolled to the edge.
  return end && strip.scrollLeft !== 0 ? distances.length - 1 : distances.indexOf(Math.min(...distances));
}

/**
 * @param {HTMLElement} strip
 * @param {number} number
 */
function showPicture(strip, number) {
  strip.scrollTo({ left: places(strip)[clamp(number, 0, strip.children.length - 1)] });
}

/** @param {HTMLElement} strip */
function markPicture(strip) {
  const shown = shownPicture(strip);
  all(strip.parentElement ?? strip, ".picture-ways a").forEach((way, number) => {
    if (number === shown) way.setAttribute("aria-current", "true");
    else way.removeAttribute("aria-current");
  });
}

/** @param {MouseEvent} event */
function turnPicture(event) {
  const way = closest(event.target, ".picture-ways a");
  const both = closest(way, ".picture-strip");
  if (!way || !both) return;
  event.preventDefault();
  showPicture(get(both, ".pictures"), all(both, ".picture-ways a").indexOf(way));
}

// --- keys and panels ------------------------------------------------------------------------------

const PANELS = ":is(.why, .variants)";

const openPanels = () => all(document, `main ${PANELS}[open]`, HTMLDetailsElement);

/** @param {KeyboardEvent} event */
function press(event) {
  const { key, target } = event;
  if (event.defaultPrevented || isShortcut(event) || event.shiftKey || !(target instanceof Element)) return;
  if (key === "Escape") closePanels(target);
  const step = stepOf(key);
  if (!step) return;
  const strip = target.matches(STRIP) ? closest(target, STRIP) : null;
  if (strip) {
    event.preventDefault();
    showPicture(strip, shownPicture(strip) + step);
  } else if (!isField(target) && !target.closest(".pictures, .chips, .segments")) {
    const way = find(document, `main .beside a[rel="${step < 0 ? "prev" : "next"}"][href]`);
    if (way) event.preventDefault();
    way?.click();
  }
}

/** @param {Element} focused */
function closePanels(focused) {
  for (const panel of openPanels()) {
    if (panel.contains(focused)) get(panel, "summary").focus();
    panel.open = false;
  }
}

// --- details, which are folded on narrow screens ---------------------------------------------------

/** @param {boolean} open */
function unfold(open) {
  find(document, ".details-fold")?.setAttribute("aria-expanded", String(open));
  find(document, "#details")?.toggleAttribute("data-open", open);
}
