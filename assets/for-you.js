// Remembers the products that the visitor looks at, and sends them to the page "For you" when it requests them.

import { setProperties } from "./dash.js";
import { all, closest, find, focus, get } from "./elements.js";
import { onArrival } from "./navigation.js";
import { showPicks } from "./tray.js";
import { addVisit, forgetPicks, forgetVisits, visits } from "./visits.js";

let sent = false; // whether the list was sent to the page that requested it
/**
 * The button last used to remove a product, or all: the product's id, and the button's index.
 *
 * @type {{ gone?: string, place: number } | null}
 */
let used = null;

export function start() {
  document.addEventListener("click", forget);
  onArrival(record);
  record();
  new MutationObserver(look).observe(get(document, "#react-entry-point"), {
    attributeFilter: ["data-waiting", "data-address"], childList: true, subtree: true,
  });
  look();
}

function record() {
  const id = find(document, "main [data-product]")?.dataset.product;
  if (id) addVisit(id);
}

function send() {
  setProperties("remembered", { data: visits() });
}

/** @param {MouseEvent} event */
function forget({ target }) {
  const one = closest(target, "[data-forget]");
  if (!one && !closest(target, "[data-forget-all]")) return;
  const gone = one?.dataset.forget;
  forgetVisits((id) => !one || id === gone);
  if (!one) forgetPicks(() => true);
  showPicks();
  if (!closest(target, ".remembered")) return; // This page shows no remembered product.
  used = { gone, place: one ? all(document, "[data-forget]").indexOf(one) : 0 };
  send();
}

function look() {
  const page = find(document, "#page > *");
  if (!page) return;
  const waits = "waiting" in page.dataset;
  if (waits && !sent) send();
  sent = waits;
  if (waits) return;
  const gone = find(page, "[data-unknown]")?.dataset.unknown;
  if (gone) {
    const unknown = new Set(JSON.parse(gone));
    forgetVisits((id) => unknown.has(id));
    forgetPicks((id) => unknown.has(id));
  }
  showPicks();
  if (used) refocus(used, all(page, "[data-forget]"));
}

/**
 * Moves the focus to the next button once the page was rendered without the used one.
 *
 * @param {{ gone?: string, place: number }} before
 * @param {HTMLElement[]} left
 */
function refocus({ gone, place }, left) {
  if (left.some((button) => !gone || button.dataset.forget === gone)) return;
  focus(left[Math.min(place, left.length - 1)]);
  used = null;
}
