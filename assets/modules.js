// Starts the scripts that only some pages need. An element names a module in `data-module`, and is passed to the
// module's `start`. The function that `start` returns is called after the element was removed from the page.

import { all, get } from "./elements.js";

/** @type {Map<HTMLElement, Promise<() => void>>} */
const running = new Map();

export function start() {
  look();
  new MutationObserver(look).observe(get(document, "#main"), { childList: true, subtree: true });
}

function look() {
  for (const [element, begun] of running) {
    if (element.isConnected) continue;
    running.delete(element);
    begun.then((stop) => stop());
  }
  for (const element of all(document, "[data-module]")) {
    if (!running.has(element)) running.set(element, begin(element));
  }
}

/** @param {HTMLElement} element */
async function begin(element) {
  try {
    const module = await import(element.dataset.module ?? "");
    return await module.start(element);
  } catch (error) {
    // The style shows that the element does not work; the page works without it.
    console.error(error);
    element.dataset.failed = "";
    return () => {};
  }
}
