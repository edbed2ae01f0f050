// Gives the address of the results away, where they have one.

import { get } from "./elements.js";

/**
 * @param {HTMLElement} place  that says why there is no address in `data-private`, and has a paragraph to say more
 * @param {number} photos  how many there are
 */
export async function share(place, photos) {
  const said = get(place, "p");
  const why = place.dataset.private || (photos > 1 ? "Results for several photos cannot be shared." : "");
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
    said.textContent = "The address is copied.";
  } catch (error) {
    // Whoever closes the system's dialog wants nothing more.
    if (!(error instanceof DOMException && error.name === "AbortError")) {
      said.textContent = `The address of these results: ${location.href}`;
    }
  }
}
