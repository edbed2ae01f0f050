// Deletes what this browser keeps for the shop. for-you.js and tray.js then delete their lists too.

import { get } from "./elements.js";
import { _ } from "./messages.js";
import { local, session } from "./storage.js";

/** @param {HTMLElement} root */
export function start(root) {
  const ending = new AbortController();
  const forget = () => {
    local.clear();
    session.clear();
    get(root, "[role=status]").textContent = _("Forgotten.");
  };
  get(root, "button").addEventListener("click", forget, { signal: ending.signal });
  root.dataset.ready = "";
  return () => ending.abort();
}
