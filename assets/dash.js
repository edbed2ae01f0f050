// Loads and calls Dash, which renders the pages and is a property of the window. It is most of a first visit's script,
// and the page is complete without it: so it is loaded when the visitor is about to use a control, or when a page
// needs it at once.

import { Stores } from "./dash-store.js";
import { all, closest } from "./elements.js";

const INTENTS = ["pointerover", "pointerdown", "keydown", "focusin", "input"];
const CONTROLS = "a, button, summary, input, label, .map-stage, .photo";

/** @type {Promise<void> | null} */
let loading = null;

// Scripts of a type that browsers do not run: where they are, and in which order.
const addresses = () =>
  all(document, 'script[type="text/dash"][src]', HTMLScriptElement).map((script) => script.src);

export function start() {
  if ("dashAtOnce" in document.body.dataset) load();
  for (const intent of INTENTS) addEventListener(intent, look, { passive: true });
}

/** @param {Event} event */
function look({ target, type }) {
  if (type !== "keydown" && !closest(target, CONTROLS, /** @type {any} */ (Element))) return;
  for (const intent of INTENTS) removeEventListener(intent, look);
  load();
}

/** Loads Dash, once, which then renders the page. A site without a server has none. */
export function load() {
  loading ??= addresses().length ? loaded() : Promise.resolve();
  return loading;
}

async function loaded() {
  const made = addresses().map((src) => Object.assign(document.createElement("script"), { src, async: false }));
  const ends = made.map((script) => new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
  }));
  document.body.append(...made); // They run in this order.
  await Promise.all(ends);
  const page = /** @type {any} */ (globalThis);
  page.dash_stores = new Stores(); // Dash puts its store there before it renders.
  page.renderer = new page.DashRenderer();
}

/**
 * Sets properties of a component, as if the visitor had changed them.
 *
 * @param {string} id
 * @param {Record<string, unknown>} properties
 */
export function setProperties(id, properties) {
  /** @type {any} */ (globalThis).dash_clientside.set_props(id, properties);
}
