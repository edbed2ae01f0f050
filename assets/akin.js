// Moves between pages without reloading: links, search and slider change the address, Dash answers with
// the page, and every entry of the browser's history finds its place again.
(() => {
  "use strict";

  const PAUSE = 250; // milliseconds without a key or a move before a search or the slider counts
  const PATIENCE = 10000; // milliseconds after which a page that has not come is loaded the plain way

  const root = document.documentElement;
  const form = document.querySelector(".search");
  const box = document.getElementById("search");
  const here = () => location.pathname + location.search;

  // --- places in the history --------------------------------------------------------------------

  let shown = null; // the address whose page is shown, once Dash has taken over
  let way = "link"; // how the next page is reached: "link", "switch", "search", "slider" or "history"
  let used = null; // the switch that was used last, and where the page stood then
  let pause = 0;
  let giveUp = 0;

  history.scrollRestoration = "manual";

  function entry() {
    if (!history.state?.akin) {
      history.replaceState({ ...history.state, akin: `akin-${Date.now()}-${Math.random()}` }, "");
    }
    return history.state.akin;
  }

  function remember() {
    if (shown !== here()) return; // What is shown belongs to another entry.
    const focused = document.activeElement?.getAttribute("href");
    try {
      sessionStorage.setItem(entry(), JSON.stringify({ top: scrollY, focused }));
    } catch {
      // Storage is full or switched off: pages then begin at their top.
    }
  }

  function recall() {
    try {
      return JSON.parse(sessionStorage.getItem(entry()));
    } catch {
      return null;
    }
  }

  function centreChips() {
    for (const chip of document.querySelectorAll(".chip[aria-current]")) {
      chip.closest("ul").scrollLeft = chip.offsetLeft - innerWidth / 2;
    }
  }

  function restore(place) {
    scrollTo({ top: place?.top ?? 0, behavior: "instant" });
    if (!place?.focused) return;
    document.querySelector(`main a[href="${CSS.escape(place.focused)}"]`)?.focus({ preventScroll: true });
  }

  // --- going from page to page ------------------------------------------------------------------

  function go(address, { by = "link", replace = false } = {}) {
    if (shown === null) {
      location.assign(address); // Dash is not there yet; the server has the page too.
      return;
    }
    if (new URL(address, location.href).href === location.href) {
      if (by !== "switch") scrollTo({ top: 0 });
      return;
    }
    remember();
    way = by;
    history[replace ? "replaceState" : "pushState"](replace ? history.state : {}, "", address);
    const { href, pathname, search, hash } = location;
    dash_clientside.set_props("address", { href, pathname, search, hash });
    wait();
  }

  function wait() {
    clearTimeout(pause);
    settle();
    if (here() === shown) return;
    root.dataset.loading = "";
    giveUp = setTimeout(() => location.reload(), PATIENCE);
  }

  function markWays() {
    for (const link of document.querySelectorAll(".site-ways a, .by-photo")) {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  function settle() {
    clearTimeout(giveUp);
    delete root.dataset.loading;
  }

  function arrive(page) {
    const { address, title, search } = page.dataset;
    if (address !== here() || address === shown) return;
    const first = shown === null;
    shown = address;
    settle();
    document.title = title;
    // The address that is shared is that of the page that is shown.
    if (!first) document.querySelector("link[rel=canonical]")?.remove();
    markWays();
    if (first) {
      document.getElementById("first-page").remove();
      document.getElementById("react-entry-point").hidden = false;
    }
    centreChips();
    document.dispatchEvent(new CustomEvent("akin:arrive"));
    for (const folded of document.querySelectorAll("main details[open]")) folded.open = false;
    const control = way === "switch" ? reopened() : null;
    // Whoever has begun to type while the page was on its way goes on typing.
    const typing = way === "search" || (document.activeElement === box && way !== "history");
    if (!first && !typing) box.value = search;
    if (way === "slider") document.getElementById("shown")?.focus(); // Dash has put a new one there.
    if (first || way === "slider") return;
    announce();
    if (!typing) (control ?? document.getElementById("main")).focus({ preventScroll: true });
    restore(way === "history" ? recall() : way === "switch" ? used : null);
    if (control && used.within) control.closest(".menu-panel").scrollTop = used.within;
  }

  const switches = (name) => [...document.querySelectorAll(`[data-switch="${CSS.escape(name ?? "")}"]`)];

  // Dash has put new elements there: the one that stands for the control that was used. A menu of which
  // several choices can be made is open again.
  function reopened() {
    const same = switches(used.name);
    const switched = same[used.number] ?? same.at(-1);
    if (!switched || switched.matches("a")) return switched;
    const stays = "stays" in switched.dataset;
    if (stays) switched.open = true;
    const chosen = used.id ? `#${CSS.escape(used.id)}` : `[data-option="${CSS.escape(used.option ?? "")}"]`;
    const summary = switched.querySelector("summary");
    return (stays && switched.querySelector(chosen)) || summary || switched.querySelectorAll("a")[used.place];
  }

  // For those who hear the page: what it shows now.
  function announce() {
    const said = ["search", "switch"].includes(way) && document.querySelector("main .count, main .message");
    document.getElementById("news").textContent = said ? said.innerText : "";
  }

  centreChips();
  restore(recall()); // After a reload, or on the way back from another site.

  new MutationObserver(() => {
    const page = document.querySelector("#page > [data-address]");
    if (page) arrive(page);
  }).observe(document.getElementById("react-entry-point"), {
    attributeFilter: ["data-address"], childList: true, subtree: true,
  });

  addEventListener("popstate", () => {
    way = "history";
    wait();
  });
  addEventListener("scroll", remember, { passive: true });
  addEventListener("pagehide", remember);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return;
    if (link.hash && link.pathname + link.search === here()) return;
    event.preventDefault();
    link.focus({ preventScroll: true }); // Safari does not focus what is clicked.
    use(link);
    go(link.href, { by: used.name ? "switch" : "link" });
  });

  function use(control) {
    const switched = control.closest("[data-switch]");
    used = {
      name: switched?.dataset.switch,
      number: switches(switched?.dataset.switch).indexOf(switched),
      id: control.id,
      option: control.dataset.option,
      place: [...(switched?.querySelectorAll("a") ?? [])].indexOf(control),
      top: scrollY,
      within: control.closest(".menu-panel")?.scrollTop,
    };
  }

  // Other scripts go on by this event: to an address, as if `control` had been used.
  document.addEventListener("akin:go", ({ detail: { address, control } }) => {
    use(control);
    go(address, { by: used.name ? "switch" : "link" });
  });

  // And by this one they say that a page has changed its own address.
  document.addEventListener("akin:moved", () => {
    if (shown !== null) shown = here();
  });

  // --- search, slider, colour mode --------------------------------------------------------------

  function soon(action) {
    clearTimeout(pause);
    pause = setTimeout(action, PAUSE);
  }

  function search() {
    clearTimeout(pause);
    const inGallery = location.pathname === "/";
    const current = new URLSearchParams(inGallery ? location.search : "");
    const words = box.value.trim();
    if (inGallery && (current.get("q") ?? "") === words) return;
    const typing = way === "search" && current.has("q");
    current.delete("q");
    current.delete("page");
    const wanted = new URLSearchParams([...(words ? [["q", words]] : []), ...current]);
    // One search is one entry of the history, however many letters it was typed with.
    go(wanted.size ? `/?${wanted}` : "/", { by: "search", replace: typing });
  }

  function showMore() {
    const wanted = new URLSearchParams(location.search);
    wanted.set("n", document.getElementById("shown").value);
    // A comma may stand in an address as it is, and in those of the links it does.
    go(`${location.pathname}?${wanted}`.replaceAll("%2C", ","), { by: "slider", replace: true });
  }

  box.addEventListener("input", () => soon(search));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "shown") return;
    document.getElementById("shown-count").firstChild.nodeValue = target.value;
    soon(showMore);
  });

  const toggle = document.getElementById("theme");

  function show(theme) {
    root.dataset.bsTheme = theme;
    toggle.setAttribute("aria-pressed", String(theme === "dark"));
  }

  show(root.dataset.bsTheme);
  toggle.addEventListener("click", () => {
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    show(theme);
    try {
      localStorage.setItem("akin-theme", theme);
    } catch {
      // The choice then lasts as long as the page does.
    }
  });
})();
