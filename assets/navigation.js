// Moves between pages without reloading: links, search and slider change the address, and Dash renders the page.

import { described, standIn } from "./controls.js";
import { load, setProperties } from "./dash.js";
import { all, closest, find, focus, get } from "./elements.js";
import { isPlainClick } from "./inputs.js";
import { goToPlace, keepPlace, keptPlace } from "./places.js";
import { ask } from "./problems.js";
import * as transitions from "./transitions.js";

/** @typedef {import("./controls.js").Used & { top: number }} UsedHere */
/** @typedef {"link" | "switch" | "search" | "slider" | "history"} Way  how a page is reached */

const PATIENCE = 10000; // milliseconds without an answer after which the browser loads the page itself
const PAUSE = 250; // milliseconds without a key or a move before a search or the slider applies

const root = document.documentElement;
const box = get(document, "#search", HTMLInputElement);
const here = () => location.pathname + location.search;

/** The address of the page shown, once Dash renders pages. @type {string | null} */
let shown = null;
/** How the next page is reached. @type {Way} */
let way = "link";
/** The control that was used last, and the scroll position then. @type {UsedHere | null} */
let used = null;
/** Whether places are not kept, as a page is on its way to another entry of the history. */
let held = false;
let pause = 0;
let giveUp = 0;
/** The path of the page that the document shows, on a static site. */
let documentPath = location.pathname;
/** Where the search is that is being loaded into this page; empty where none is. */
let searching = "";
/** What is done as soon as Dash renders pages. @type {(() => void) | null} */
let postponed = null;

/** @type {(() => void)[]} */
const listeners = [];
/** @type {{ within: HTMLElement, turn: (search: string, used: any) => void, searches: boolean } | null} */
let answering = null;

export function start() {
  history.scrollRestoration = "manual";
  // A page that is still empty has no place: its script goes to the one that was kept, once it has filled the page.
  held = "static" in root.dataset && find(document, "main [data-module][data-searches]") !== null;
  centreChips();
  goToPlace(keptPlace()); // The page was reloaded, or the visitor came back from another site.
  addEventListener("popstate", () => {
    if (shown === null) {
      // The browser, or a script of the page, shows the entry, unless it is of the page that searching left.
      if ("static" in root.dataset && location.pathname !== documentPath) {
        held = true;
        location.reload();
      }
      return;
    }
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
 * Calls `action` whenever Dash has rendered a page.
 *
 * @param {() => void} action
 */
export const onArrival = (action) => listeners.push(action);

/**
 * Lets a page handle its own controls below `within`. They call `turn` with the query of their address and the used
 * control, as long as the address has the path of this page. The returned function ends this. A page that `searches`
 * also answers the search field.
 *
 * @param {HTMLElement} within
 * @param {(search: string, used: UsedHere & { replaces?: boolean }) => void} turn
 * @param {{ searches?: boolean }} [options]
 */
export function answer(within, turn, { searches = false } = {}) {
  const own = { within, turn, searches };
  answering = own;
  return () => {
    if (answering === own) answering = null;
  };
}

/** Records that a page has changed its own address. */
export function moved() {
  if (shown !== null) shown = here();
}

/**
 * Keeps no places until `action` has shown the entry of the history that the visitor went to, then goes to its place.
 *
 * @param {() => Promise<void>} action
 */
export async function revisit(action) {
  held = true;
  await action();
  held = false;
  goToPlace(keptPlace());
}

/** Whether the page being loaded was requested by the search field. */
export const isSearching = () => way === "search";

/**
 * Calls an action after a short pause in which no other was given.
 *
 * @param {() => void} action
 */
export function soon(action) {
  clearTimeout(pause);
  pause = setTimeout(() => {
    pause = 0;
    action();
  }, PAUSE);
}

/**
 * Calls an action now and cancels the waiting one.
 *
 * @param {() => void} action
 */
export function now(action) {
  clearTimeout(pause);
  pause = 0;
  action();
}

/**
 * Goes to the address of a control.
 *
 * @param {HTMLElement} control
 * @param {string} address
 * @param {{ slides?: boolean }} [options]  whether the control is a slider, whose moves share one entry of the history
 */
export function goBy(control, address, { slides = false } = {}) {
  const own = answering?.within.contains(control) ? answering : null;
  const { pathname, search } = new URL(address, location.href);
  used = { ...described(control, own?.within ?? document), top: scrollY };
  if (own && pathname === location.pathname) {
    remember();
    way = "switch";
    own.turn(search, used);
  } else if (slides) go(address, { by: "slider", replace: true });
  else go(address, { by: used.name ? "switch" : "link", from: control });
}

/**
 * Goes to an address.
 *
 * @param {string} address
 * @param {{ by: Way, replace?: boolean, from?: HTMLElement | null }} options  `from` is the link that was clicked
 */
export function go(address, { by, replace = false, from = null }) {
  const { pathname, search } = new URL(address, location.href);
  if (by === "search" && answering?.searches && pathname === location.pathname) {
    way = by;
    remember();
    answering.turn(search, { replaces: replace });
    return;
  }
  if (shown === null) {
    arriveElsewhere(address, { by, replace, from });
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
  wait();
  // A task of its own, so that the browser can first draw what answers the click.
  setTimeout(() => {
    const { href, hash } = location;
    setProperties("address", { href, pathname: location.pathname, search: location.search, hash });
  });
}

/**
 * Goes to an address before Dash renders pages. The server renders the page too; only what is typed, or chosen in
 * place, would be lost by loading it, and so waits for Dash.
 *
 * @param {string} address
 * @param {{ by: Way, replace: boolean, from: HTMLElement | null }} options
 */
function arriveElsewhere(address, options) {
  clearTimeout(giveUp);
  if (options.by === "search" && "static" in root.dataset) {
    becomeSearch(address);
    return;
  }
  const isTyped = options.by === "search" || options.by === "slider";
  if (!isTyped || "static" in root.dataset) {
    location.assign(address);
    return;
  }
  root.dataset.loading = "";
  postponed = () => go(address, options);
  giveUp = setTimeout(() => location.assign(address), PATIENCE);
  load().catch(() => location.assign(address));
}

/**
 * Makes the page of a static site the one that searches, as a document that loads would lose what is typed meanwhile.
 *
 * @param {string} address
 */
async function becomeSearch(address) {
  way = "search";
  const { pathname } = new URL(address, location.href);
  if (pathname === documentPath && !find(document, "main [data-failed]")) {
    history.replaceState(history.state, "", address); // Its script has not begun, and begins with the address.
    return;
  }
  const isLoading = searching !== "";
  searching = address;
  if (isLoading) return;
  root.dataset.loading = "";
  try {
    const text = await (await ask(pathname)).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const content = document.adoptNode(get(page, "#first-page"));
    remember();
    history.pushState({}, "", searching);
    documentPath = pathname;
    document.querySelector("link[rel=canonical]")?.remove();
    get(document, "#first-page").replaceWith(content); // modules.js starts its script.
    markWays();
    scrollTo({ top: 0 });
  } catch {
    location.assign(searching);
  } finally {
    searching = "";
    delete root.dataset.loading;
  }
}

function remember() {
  // The page shown may belong to another entry. Before Dash renders pages, each is a document of its own.
  if (!held && (shown === here() || shown === null)) keepPlace();
}

function wait() {
  clearTimeout(pause);
  pause = 0;
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
  link.focus({ preventScroll: true }); // Safari does not focus a clicked link.
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
    // This link names the first page's address. Without it, browsers share that of the page shown.
    document.querySelector("link[rel=canonical]")?.remove();
  }
  centreChips();
  for (const listener of listeners) listener();
  const folds = all(document, "main details:not(.filters-fold)", HTMLDetailsElement);
  for (const folded of folds) folded.open = false;
  // The filters stay open while the visitor chooses among them.
  const filters = find(document, "main .filters-fold", HTMLDetailsElement);
  if (filters && !(way === "switch" && filters.open)) filters.open = "unfolded" in filters.dataset;
  const control = used && way === "switch" ? standIn(used, document) : null;
  // Visitors who began to type while the page was loading keep their text and the focus.
  const typing = way === "search" || (document.activeElement === box && way !== "history");
  if (!first && !typing) box.value = search;
  if (way === "slider") document.getElementById("shown")?.focus(); // Dash has rendered a new slider.
  if (first && postponed) {
    const action = postponed;
    postponed = null;
    if (!pause) action(); // Otherwise more was typed since, and is searched for in a moment.
  }
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
    if (!list) continue;
    const middles = [chip, list].map((each) => each.getBoundingClientRect()).map(({ left, width }) => left + width / 2);
    list.scrollLeft += middles[0] - middles[1];
  }
}

// Tells screen readers what the page shows now.
function announce() {
  const said = way === "search" || way === "switch" ? find(document, "main .count, main .message") : null;
  get(document, "#news").textContent = said?.innerText ?? "";
}
