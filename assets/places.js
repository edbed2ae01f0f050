// Where the visitor was on each page, so that every entry of the browser's history finds its place again.

import { session } from "./storage.js";

/** @typedef {{ top: number, focused: string | null }} Place  pixels scrolled, and the address of the focused link */

/** The name of this entry of the history, which it is given where it has none. */
function entry() {
  if (!history.state?.akin) {
    history.replaceState({ ...history.state, akin: `${Date.now()}-${Math.random()}` }, "");
  }
  return history.state.akin;
}

/** Notes the place on this page for this entry of the history. */
export function keepPlace() {
  const focused = document.activeElement?.getAttribute("href") ?? null;
  session.write(entry(), { top: scrollY, focused });
}

/** The place that was noted for this entry of the history, or null. @returns {Place | null} */
export const keptPlace = () => session.read(entry());

/**
 * Goes back to a place, to the top where there is none.
 *
 * @param {{ top: number, focused?: string | null } | null} place
 */
export function goToPlace(place) {
  scrollTo({ top: place?.top ?? 0, behavior: "instant" });
  if (!place?.focused) return;
  const link = document.querySelector(`main a[href="${CSS.escape(place.focused)}"]`);
  if (link instanceof HTMLElement) link.focus({ preventScroll: true });
}
