// Moves between pages without reloading: links, search and slider change the address, Dash answers with the page.

import { described, standIn } from "./controls.js";
import { setProperties } from "./dash.js";
import { all, closest, find, focus, get } from "./elements.js";
import { isPlainClick } from "./inputs.js";
import { goToPlace, keepPlace, keptPlace } from "./places.js";
import * as transitions from "./transitions.js";

/** @typedef {import("./controls.js").Used & { top: number }} UsedHere */
/** @typedef {"link" | "switch" | "search" | "slider" | "history"} Way  how a page is reached */

const PATIENCE = 10000; // milliseconds after which a page that has not come is loaded the plain way
const PAUSE = 250; // milliseconds without a key or a move before a search or the slider counts

const root = document.documentElement;
const box = get(document, "#search", HTMLInputElement);
const here = () => location.pathname + location.search;

/** The address whose page is shown, once Dash has taken over. @type {string | null} */
let shown = null;
/** How the next page is reached. @type {Way} */
let way = "link";
/** The control that was used last, and where the page stood then. @type {UsedHere | null} */
let used = null;
let pause = 0;
let giveUp = 0;

/** @type {(() => void)[]} */
const listeners = [];
/** @type {{ within: HTMLElement, turn: (search: string, used: UsedHere) => void } | null} */
let answering = null;

export function start() {
  history.scrollRestoration = "manual";
  centreChips();
  goToPlace(keptPlace()); // After a reload, or on the way back from another site.
  addEventListener("popstate", () => {
    way = "history";
    if (shown !== null && here() !== shown) transitions.depart(null);
    wait();
  });
  addEventListener("scroll", remember, { passive: true });
  addEventListener("pagehide", remember);
  document.addEventListener("click", follow);
  new MutationObserver(look).observe(get(document, "#react-entry-point"), {
    attributeFilter: ["data-address"], childList: true, subtree: true,
  });
  look();
}

/**
 * Calls `action` whenever a page is shown that Dash has made.
 *
 * @param {() => void} action
 */
export const onArrival = (action) => listeners.push(action);

/**
 * Lets a page answer its own controls below `within`: they then call `turn` with the arguments of the address that
 * they lead to, and the control that was used, as long as the address has the path of this page. The function that
 * comes back ends this.
 *
 * @param {HTMLElement} within
 * @param {(search: string, used: UsedHere) => void} turn
 */
export function answer(within, turn) {
  const own = { within, turn };
  answering = own;
  return () => {
    if (answering === own) answering = null;
  };
}

/** Notes that a page has changed its own address. */
export function moved() {
  if (shown !== null) shown = here();
}

/** Whether the page on its way was asked for by typing into the search field. */
export const isSearching = () => way === "search";

/**
 * Does something once nothing else has been asked for during a short pause.
 *
 * @param {() => void} action
 */
export function soon(action) {
  clearTimeout(pause);
  pause = setTimeout(action, PAUSE);
}

/**
 * Does something now, and nothing that was to be done soon.
 *
 * @param {() => void} action
 */
export function now(action) {
  clearTimeout(pause);
  action();
}

/**
 * Goes where a control leads.
 *
 * @param {HTMLElement} control
 * @param {string} address
 * @param {{ slides?: boolean }} [options]  whether the control is a slider, all of whose moves are one entry of the
 *   history
 */
export function goBy(control, address, { slides = false } = {}) {
  const own = answering?.within.contains(control) ? answering : null;
  const { pathname, search } = new URL(address, location.href);
  used = { ...described(control, own?.within ?? document), top: scrollY };
  if (own && pathname === location.pathname) own.turn(search, used);
  else if (slides) go(address, { by: "slider", replace: true });
  else go(address, { by: used.name ? "switch" : "link", from: control });
}

/**
 * Goes to an address.
 *
 * @param {string} address
 * @param {{ by: Way, replace?: boolean, from?: HTMLElement | null }} options  `from` is the link that was clicked
 */
export function go(address, { by, replace = false, from = null }) {
  if (shown === null) {
    location.assign(address); // Dash is not there yet; the server has the page too.
    return;
  }
  if (new URL(address, location.href).href === location.href) {
    if (by !== "switch") scrollTo({ top: 0 });
    return;
  }
  remember();
  way = by;
  if (by === "link") transitions.depart(from);
  if (replace) history.replaceState(history.state, "", address);
  else history.pushState({}, "", address);
  const { href, pathname, search, hash } = location;
  setProperties("address", { href, pathname, search, hash });
  wait();
}

function remember() {
  if (shown === here()) keepPlace(); // What is shown may belong to another entry.
}

function wait() {
  clearTimeout(pause);
  settle();
  if (here() === shown) return;
  root.dataset.loading = "";
  giveUp = setTimeout(() => location.reload(), PATIENCE);
}

function settle() {
  clearTimeout(giveUp);
  delete root.dataset.loading;
}

/** @param {MouseEvent} event */
function follow(event) {
  const link = closest(event.target, "a[href]", HTMLAnchorElement);
  if (!link || !isPlainClick(event) || event.defaultPrevented) return;
  if (link.target || link.origin !== location.origin) return;
  if (link.hash && link.pathname + link.search === here()) return;
  event.preventDefault();
  link.focus({ preventScroll: true }); // Safari does not focus what is clicked.
  goBy(link, link.href);
}

// --- the page that came ---------------------------------------------------------------------------

function look() {
  const page = find(document, "#page > [data-address]");
  if (page && page.dataset.address === here() && page.dataset.address !== shown) arrive(page);
}

/** @param {HTMLElement} page */
function arrive({ dataset: { address = "", title = "", search = "" } }) {
  const first = shown === null;
  const before = shown;
  shown = address;
  settle();
  document.title = title;
  markWays();
  if (first) {
    get(document, "#first-page").remove();
    get(document, "#react-entry-point").hidden = false;
  } else {
    // The address that is shared is that of the page that is shown.
    document.querySelector("link[rel=canonical]")?.remove();
  }
  centreChips();
  for (const listener of listeners) listener();
  const folds = all(document, "main details:not(.filters-fold)", HTMLDetailsElement);
  for (const folded of folds) folded.open = false;
  // Whoever chooses among the filters goes on choosing.
  const filters = find(document, "main .filters-fold", HTMLDetailsElement);
  if (filters && !(way === "switch" && filters.open)) filters.open = "unfolded" in filters.dataset;
  const control = used && way === "switch" ? standIn(used, document) : null;
  // Whoever has begun to type while the page was on its way goes on typing.
  const typing = way === "search" || (document.activeElement === box && way !== "history");
  if (!first && !typing) box.value = search;
  if (way === "slider") document.getElementById("shown")?.focus(); // Dash has put a new one there.
  if (first || way === "slider") return;
  announce();
  if (!typing) focus(control);
  goToPlace(way === "history" ? keptPlace() : way === "switch" ? used : null);
  transitions.arrive(before);
}

function markWays() {
  for (const link of all(document, ".site-ways a, .by-photo", HTMLAnchorElement)) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function centreChips() {
  for (const chip of all(document, ":is(.chip, .segment)[aria-current]")) {
    const list = closest(chip, "ul");
    if (list) list.scrollLeft = chip.offsetLeft - innerWidth / 2;
  }
}

// For those who hear the page: what it shows now.
function announce() {
  const said = way === "search" || way === "switch" ? find(document, "main .count, main .message") : null;
  get(document, "#news").textContent = said?.innerText ?? "";
}
