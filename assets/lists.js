// Says which lists of look-alikes a visitor sees and what is clicked in them, by the events "akin-view" and
// "akin-click". docs/clicks.md has their details.

import { all, closest, get } from "./elements.js";
import { onArrival } from "./navigation.js";

/**
 * One list as it is shown; `product` is null if it is of no product.
 *
 * @typedef {{ list: string, product: string | null, recipe: string, shown: string[] }} Shown
 */

const LONG_ENOUGH = 1000; // milliseconds on screen after which a list counts as seen
const STEPS = 50; // how finely the share of a list on screen is watched

const LISTS = "main [data-list]";

/** What was said since this page was opened. @type {Set<string>} */
const said = new Set();
let page = location.pathname;

/** The observed lists, with what they showed when that began. @type {Map<HTMLElement, string>} */
const observed = new Map();
/** @type {Map<Element, number>} */
const waiting = new Map();
/** @type {IntersectionObserver} */
let observer;

export function start() {
  const threshold = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
  observer = new IntersectionObserver((entries) => entries.forEach(notice), { threshold });
  new MutationObserver(look).observe(get(document, "#main"), { childList: true, subtree: true });
  document.addEventListener("visibilitychange", () => {
    for (const list of observed.keys()) release(list);
    look();
  });
  document.addEventListener("click", click, { capture: true });
  document.addEventListener("auxclick", click, { capture: true });
  onArrival(arrive);
  arrive();
}

function arrive() {
  if (location.pathname !== page) said.clear();
  page = location.pathname;
  look();
}

function look() {
  for (const list of observed.keys()) if (!list.isConnected) release(list);
  if (document.visibilityState === "hidden") return;
  for (const list of all(document, LISTS)) {
    const showing = JSON.stringify(shownIn(list));
    if (observed.get(list) === showing) continue;
    // Dash may fill the element of one list with another.
    release(list);
    observed.set(list, showing);
    observer.observe(list);
  }
}

/** @param {HTMLElement} list */
function release(list) {
  observer.unobserve(list);
  observed.delete(list);
  clearTimeout(waiting.get(list));
  waiting.delete(list);
}

/** @param {IntersectionObserverEntry} entry */
function notice({ target, isIntersecting, intersectionRatio, intersectionRect }) {
  // Half of a long list may be more than fits on the screen: then half of the screen is enough.
  const seen = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2);
  if (!seen) {
    clearTimeout(waiting.get(target));
    waiting.delete(target);
  } else if (!waiting.has(target) && target instanceof HTMLElement) {
    waiting.set(target, setTimeout(view, LONG_ENOUGH, target));
  }
}

/** @param {HTMLElement} list */
function view(list) {
  if (!list.isConnected) return;
  const detail = shownIn(list);
  if (detail.shown.length) say(list, "akin-view", detail);
}

/** @param {MouseEvent} event */
function click({ target, type, button }) {
  if (type === "auxclick" && button !== 1) return; // The middle button opens a new tab.
  const link = closest(target, `${LISTS} .card-name`);
  const card = closest(link, "[data-id]");
  const list = closest(card, "[data-list]");
  if (!link || !card || !list) return;
  view(list); // Who clicks has seen it, however briefly.
  const { shown, ...of } = shownIn(list);
  const chosen = card.dataset.id ?? "";
  say(link, "akin-click", { ...of, chosen, place: shown.indexOf(chosen) + 1 });
}

/**
 * @param {HTMLElement} list
 * @returns {Shown}
 */
function shownIn({ dataset: { list = "", recipe = "", of }, children }) {
  const shown = [...children].flatMap((card) => card instanceof HTMLElement ? card.dataset.id ?? [] : []);
  return { list, product: of ?? null, recipe, shown };
}

/**
 * Says something of a list once for each visit to a page.
 *
 * @param {HTMLElement} from
 * @param {string} name
 * @param {object} detail
 */
function say(from, name, detail) {
  const key = name + JSON.stringify(detail);
  if (said.has(key)) return;
  said.add(key);
  from.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
}
