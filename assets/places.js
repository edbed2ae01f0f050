// Keeps the scroll position and focus of each page, and restores them for an entry of the browser's history.

import { session } from "./storage.js";

/** @typedef {{ top: number, focused: string | null }} Place  pixels scrolled, and the address of the focused link */

/** Returns the key of this entry of the history; sets one if it has none. */
function entry() {
  if (!history.state?.akin) {
    history.replaceState({ ...history.state, akin: `${Date.now()}-${Math.random()}` }, "");
  }
  return history.state.akin;
}

/** Saves the place on this page for this entry of the history. */
export function keepPlace() {
  const focused = document.activeElement?.getAttribute("href") ?? null;
  session.write(entry(), { top: scrollY, focused });
}

/** The saved place of this entry of the history, or null. @returns {Place | null} */
export const keptPlace = () => session.read(entry());

/**
 * Scrolls to a place, or to the top if there is none.
 *
 * @param {{ top: number, focused?: string | null } | null} place
 */
export function goToPlace(place) {
  scrollTo({ top: place?.top ?? 0, behavior: "instant" });
  if (!place?.focused) return;
  const link = document.querySelector(`main a[href="${CSS.escape(place.focused)}"]`);
  if (link instanceof HTMLElement) link.focus({ preventScroll: true });
}
