// Sends what the events "akin-view" and "akin-click" say to the host of this script. It is a part of pages and of
// widget.js only where the host's setting AKIN_EVENTS asks for it.
(() => {
  "use strict";

  const MOST = 50; // places of a list that count
  const LARGEST = 3900; // bytes of one event

  const script = document.currentScript;
  const { doNotTrack, globalPrivacyControl } = /** @type {Navigator & { globalPrivacyControl?: boolean }} */ (navigator);
  // Nothing that is sent says who it was. Still, who asks not to be tracked is not counted.
  if (!(script instanceof HTMLScriptElement) || doNotTrack === "1" || globalPrivacyControl) return;

  const address = new URL(script.dataset.events ?? "api/v1/events", script.src).href;
  // A shop's page may hold several copies of widget.js.
  const key = Symbol.for(`akin ${address}`);
  const page = /** @type {Record<symbol, boolean>} */ (/** @type {unknown} */ (globalThis));
  if (page[key]) return;
  page[key] = true;

  const size = (/** @type {string} */ text) => new TextEncoder().encode(text).length;

  /** @param {Event} event */
  function send(event) {
    const { type, detail } = /** @type {CustomEvent} */ (event);
    if (detail.host && !address.startsWith(detail.host)) return; // The widget of another host said this.
    const { list, product, recipe, chosen, place } = detail;
    const of = { akin: type.replace("akin-", ""), list, product, recipe };
    const shown = detail.shown?.slice(0, MOST);
    while (shown && size(JSON.stringify({ ...of, shown })) > LARGEST) shown.pop();
    if (shown ? shown.length : place <= MOST) {
      navigator.sendBeacon(address, JSON.stringify(shown ? { ...of, shown } : { ...of, chosen, place }));
    }
  }

  for (const name of ["akin-view", "akin-click"]) document.addEventListener(name, send);
})();
