// Shares the address of the results, if they have one.

import { get } from "./elements.js";
import { _ } from "./messages.js";

/**
 * @param {HTMLElement} place  has a paragraph for messages, and in `data-private` the reason why there is no address
 * @param {number} photos  how many there are
 */
export async function share(place, photos) {
  const said = get(place, "p");
  const why = place.dataset.private || (photos > 1 ? _("Results for several photos cannot be shared.") : "");
  if (why) {
    said.textContent = why;
    return;
  }
  try {
    if (typeof navigator.share === "function" && matchMedia("(pointer: coarse)").matches) {
      await navigator.share({ url: location.href, title: document.title });
      return;
    }
    await navigator.clipboard.writeText(location.href);
    said.textContent = _("The address is copied.");
  } catch (error) {
    // The visitor has closed the system's dialog.
    if (!(error instanceof DOMException && error.name === "AbortError")) {
      said.textContent = _("The address of these results: {address}", { address: location.href });
    }
  }
}
