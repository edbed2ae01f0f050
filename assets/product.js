// A product's page: previous and next through the list that one came from, its pictures, its cards' panels.
(() => {
  "use strict";

  const LISTS = 5; // lists that are remembered, so that going back finds the right one

  // --- the list that one came from --------------------------------------------------------------

  function lists() {
    try {
      return JSON.parse(sessionStorage.getItem("akin-lists")) ?? [];
    } catch {
      return [];
    }
  }

  function keep(link) {
    const name = document.querySelector("main h1").textContent;
    const onProduct = document.querySelector("main [data-product]");
    const links = [...link.closest("ul, ol").querySelectorAll(".card-name")];
    const entries = links.map((each) => [each.getAttribute("href"), each.textContent]);
    try {
      const kept = [{ name: onProduct ? `more like ${name}` : name, entries }, ...lists()];
      sessionStorage.setItem("akin-lists", JSON.stringify(kept.slice(0, LISTS)));
    } catch {
      // Storage is full or switched off: the category's order then stays.
    }
  }

  function point(way, [href, title], name) {
    way.hidden = !href;
    if (href) way.setAttribute("href", href);
    else way.removeAttribute("href");
    way.setAttribute("aria-label", title && name ? `${name}: ${title}` : title);
  }

  // What the server wrote stands in data attributes, as React does not know of what is changed here.
  function showBeside() {
    const nav = document.querySelector("main .beside");
    if (!nav) return;
    const [where, before, after] = nav.children;
    const isHere = ([href]) => new URL(href, location.href).pathname === location.pathname;
    const list = lists().find(({ entries }) => entries.length > 1 && entries.some(isHere));
    if (list) {
      const place = list.entries.findIndex(isHere);
      where.textContent = `${place + 1} of ${list.entries.length} in ${list.name}`;
      point(before, list.entries[place - 1] ?? [], "Previous");
      point(after, list.entries[place + 1] ?? [], "Next");
    } else {
      where.textContent = where.dataset.text;
      for (const way of [before, after]) point(way, [way.dataset.href, way.dataset.label]);
    }
  }

  document.addEventListener("click", ({ target }) => {
    const link = target.closest(".card-name");
    if (link?.closest("ul, ol")) keep(link);
  }, true); // Before akin.js goes there.

  // --- pictures ---------------------------------------------------------------------------------

  const places = (strip) => [...strip.children].map((tile) => tile.offsetLeft - strip.offsetLeft);

  function shownPicture(strip) {
    const end = strip.scrollLeft >= strip.scrollWidth - strip.clientWidth - 1;
    const distances = places(strip).map((place) => Math.abs(place - strip.scrollLeft));
    // The last one may be too narrow to be scrolled to the edge.
    return end && strip.scrollLeft > 0 ? distances.length - 1 : distances.indexOf(Math.min(...distances));
  }

  function showPicture(strip, number) {
    strip.scrollTo({ left: places(strip).at(Math.max(0, Math.min(number, strip.children.length - 1))) });
  }

  function markPicture(strip) {
    const shown = shownPicture(strip);
    strip.parentElement.querySelectorAll(".picture-ways a").forEach((way, number) => {
      if (number === shown) way.setAttribute("aria-current", "true");
      else way.removeAttribute("aria-current");
    });
  }

  document.addEventListener("scroll", ({ target }) => {
    if (target.matches?.(".picture-strip .pictures")) markPicture(target);
  }, { capture: true, passive: true });

  document.addEventListener("click", (event) => {
    const way = event.target.closest(".picture-ways a");
    if (!way) return;
    event.preventDefault();
    const strip = way.closest(".picture-strip").querySelector(".pictures");
    showPicture(strip, [...way.closest("ul").children].indexOf(way.parentElement));
  });

  // --- keys -------------------------------------------------------------------------------------

  const close = (panel) => { panel.open = false; };
  const openPanels = () => document.querySelectorAll("main :is(.why, .variants)[open]");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { key, target } = event;
    if (key === "Escape") {
      for (const panel of openPanels()) {
        if (panel.contains(target)) panel.querySelector("summary").focus();
        close(panel);
      }
    }
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    if (target.matches(".picture-strip .pictures")) {
      event.preventDefault();
      showPicture(target, shownPicture(target) + (key === "ArrowLeft" ? -1 : 1));
      return;
    }
    if (target.closest("input, textarea, select, [contenteditable], .pictures, .chips")) return;
    const rel = key === "ArrowLeft" ? "prev" : "next";
    const way = document.querySelector(`main .beside a[rel="${rel}"][href]`);
    if (!way) return;
    event.preventDefault();
    way.click();
  });

  // --- panels: one at a time, and a click elsewhere closes it -------------------------------------

  document.addEventListener("toggle", ({ target }) => {
    if (!target.open || !target.matches(".why, .variants")) return;
    for (const panel of openPanels()) if (panel !== target) close(panel);
  }, true);

  document.addEventListener("click", ({ target }) => {
    for (const panel of openPanels()) if (!panel.contains(target)) close(panel);
  });

  // --- details, which are folded on narrow screens -------------------------------------------------

  function unfold(open) {
    document.querySelector(".details-fold")?.setAttribute("aria-expanded", String(open));
    document.getElementById("details")?.toggleAttribute("data-open", open);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest(".details-fold");
    if (button) unfold(button.ariaExpanded !== "true");
  });

  function arrive() {
    showBeside();
    unfold(false);
    for (const strip of document.querySelectorAll(".picture-strip .pictures")) {
      strip.scrollLeft = 0;
      markPicture(strip);
    }
  }

  document.addEventListener("akin:arrive", arrive);
  arrive();
})();
