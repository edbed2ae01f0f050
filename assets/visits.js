// What the visitor looked at and picked. It is kept in this browser; what was looked at is sent only to make
// the page "For you", and never as part of an address.
(() => {
  "use strict";

  const MOST = 20;

  const root = document.getElementById("react-entry-point");
  const tray = document.getElementById("tray");
  const memory = {}; // Stands in where storage is switched off or full.

  // --- storage ----------------------------------------------------------------------------------

  function read(name, isEntry) {
    try {
      const kept = JSON.parse(localStorage.getItem(`akin-${name}`));
      return Array.isArray(kept) ? kept.filter(isEntry) : memory[name] ?? [];
    } catch {
      return memory[name] ?? [];
    }
  }

  function write(name, entries) {
    memory[name] = entries;
    try {
      if (entries.length) localStorage.setItem(`akin-${name}`, JSON.stringify(entries));
      else localStorage.removeItem(`akin-${name}`);
    } catch {
      // The memory of the page then has to do.
    }
  }

  const visits = () => read("visits", (id) => typeof id === "string");
  const picks = () => read("picks", (pick) => typeof pick?.id === "string");

  function forget(gone) {
    write("visits", visits().filter((id) => !gone(id)));
    write("picks", picks().filter(({ id }) => !gone(id)));
  }

  // --- what was looked at -----------------------------------------------------------------------

  function record() {
    const id = document.querySelector("main [data-product]")?.dataset.product;
    if (id) write("visits", [id, ...visits().filter((other) => other !== id)].slice(0, MOST));
  }

  let sent = false; // whether the page that waits has been sent what it waits for
  let used = null; // the button that forgets which was used: what it forgets, and its place among them

  function send() {
    dash_clientside.set_props("remembered", { data: visits() });
  }

  document.addEventListener("click", ({ target }) => {
    const one = target.closest("[data-forget]");
    const all = target.closest("[data-forget-all]");
    if (!one && !all) return;
    if (one) write("visits", visits().filter((id) => id !== one.dataset.forget));
    else forget(() => true);
    showPicks();
    if (!target.closest(".remembered")) return; // Of what was remembered, this page shows nothing.
    used = { gone: one?.dataset.forget, place: [...document.querySelectorAll("[data-forget]")].indexOf(one) };
    send();
  });

  // --- picks ------------------------------------------------------------------------------------

  function pickFrom(button) {
    const place = button.closest(".product-card, .product");
    const title = place.querySelector(".card-name, h1").textContent;
    return { id: button.dataset.pick, title, picture: place.querySelector("img")?.getAttribute("src") };
  }

  function toggle(pick) {
    const others = picks().filter(({ id }) => id !== pick.id);
    const picked = others.length === picks().length;
    write("picks", picked ? [...others, pick].slice(-MOST) : others);
    showPicks();
    tray.querySelector("[role=status]").textContent = `${picks().length} picked`;
  }

  function item(pick) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${pick.title} from the picks`);
    button.addEventListener("click", () => {
      const place = [...tray.querySelectorAll("li button")].indexOf(button);
      toggle(pick);
      const left = [...tray.querySelectorAll("li button")];
      (left[place] ?? left.at(-1) ?? document.getElementById("main")).focus({ preventScroll: true });
    });
    if (pick.picture) button.append(Object.assign(new Image(), { src: pick.picture, alt: "" }));
    else button.textContent = pick.title;
    const listed = document.createElement("li");
    listed.append(button);
    return listed;
  }

  function showPicks() {
    const picked = picks();
    const ids = new Set(picked.map(({ id }) => id));
    for (const button of document.querySelectorAll("main [data-pick]")) {
      const pressed = String(ids.has(button.dataset.pick));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
    tray.hidden = picked.length === 0;
    tray.querySelector("ul").replaceChildren(...picked.map(item));
    tray.querySelector("a").href = `/for-you?${picked.map(({ id }) => `like=${encodeURIComponent(id)}`).join("&")}`;
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-pick]");
    if (button) toggle(pickFrom(button));
    if (!target.closest("[data-clear-picks]")) return;
    write("picks", []);
    showPicks();
    document.getElementById("main").focus({ preventScroll: true });
  });

  // --- pages come and go --------------------------------------------------------------------------

  // The button is gone once the page is made anew; the next one takes its place.
  function refocus(left) {
    if (left.some((button) => !used.gone || button.dataset.forget === used.gone)) return;
    (left[Math.min(used.place, left.length - 1)] ?? document.getElementById("main")).focus({ preventScroll: true });
    used = null;
  }

  function look() {
    const page = document.querySelector("#page > *");
    if (!page) return;
    const waits = "waiting" in page.dataset;
    if (waits && !sent) send();
    sent = waits;
    if (waits) return;
    const gone = page.querySelector("[data-unknown]")?.dataset.unknown;
    if (gone) {
      const unknown = new Set(JSON.parse(gone));
      forget((id) => unknown.has(id));
    }
    showPicks();
    if (used) refocus([...page.querySelectorAll("[data-forget]")]);
  }

  new MutationObserver(look).observe(root, {
    attributeFilter: ["data-waiting", "data-address"], childList: true, subtree: true,
  });
  document.addEventListener("akin:arrive", record);
  addEventListener("storage", showPicks); // Another tab has changed them.
  record();
  showPicks();
})();
