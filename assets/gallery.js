// What the gallery's links cannot do alone: arrow keys between cards, menus that close, prices that count as
// they are changed, another shuffle at every click.
(() => {
  "use strict";

  const STEPS = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  };

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  // --- keys ---------------------------------------------------------------------------------------

  function nextCard(from, key) {
    const cards = [...from.closest(".product-grid").querySelectorAll(".card-name")];
    if (key === "Home") return cards[0];
    if (key === "End") return cards.at(-1);
    const [right, down] = STEPS[key];
    if (right) return cards[cards.indexOf(from) + right];
    // The card in the next row that is most nearly in line, wherever the columns are.
    const middle = (card) => {
      const { left, width, top } = card.closest(".product-card").getBoundingClientRect();
      return [left + width / 2, top];
    };
    const [x, y] = middle(from);
    const beyond = cards.map((card) => [card, ...middle(card)]).filter(([, , top]) => (top - y) * down > 1);
    const row = beyond.length ? Math[down > 0 ? "min" : "max"](...beyond.map(([, , top]) => top)) : 0;
    const there = beyond.filter(([, , top]) => Math.abs(top - row) < 1);
    there.sort((one, other) => Math.abs(one[1] - x) - Math.abs(other[1] - x));
    return there[0]?.[0];
  }

  function moveAmongCards(event) {
    const from = event.target.closest(".card-name");
    if (!from?.closest(".product-grid") || !(event.key in STEPS || event.key === "Home" || event.key === "End")) {
      return;
    }
    const next = nextCard(from, event.key);
    event.preventDefault();
    if (!next) return;
    next.focus({ preventScroll: true });
    next.closest(".product-card").scrollIntoView({ block: "nearest" });
  }

  function escape(event) {
    const box = document.getElementById("search");
    const menu = document.querySelector(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.target === box && box.value) {
      event.preventDefault(); // Some browsers clear it by themselves, without the event that counts.
      box.value = "";
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      escape(event);
    } else if (event.key === "/" && !typing(event.target)) {
      event.preventDefault();
      const box = document.getElementById("search");
      box.focus();
      box.select();
    } else if (!event.shiftKey) {
      moveAmongCards(event);
    }
  });

  // --- menus --------------------------------------------------------------------------------------

  function closeMenus(except) {
    for (const menu of document.querySelectorAll(".menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest(".menu"));
    const done = event.target.closest(".menu-done");
    if (!done) return;
    done.closest(".menu").open = false;
    done.closest(".menu").querySelector("summary").focus();
  });

  document.addEventListener("focusin", (event) => {
    if (event.target.closest("main")) closeMenus(event.target.closest(".menu"));
  });

  // --- prices and shuffles --------------------------------------------------------------------------

  function ask(form) {
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    const wanted = new URLSearchParams(given);
    const path = form.getAttribute("action");
    const address = wanted.size ? `${path}?${wanted}` : path;
    const control = form.contains(document.activeElement) ? document.activeElement : form;
    document.dispatchEvent(new CustomEvent("akin:go", { detail: { address, control } }));
  }

  document.addEventListener("change", ({ target }) => {
    const form = target.closest(".price-form");
    if (form) ask(form);
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".price-form")) return;
    event.preventDefault();
    ask(event.target);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('[data-switch="shuffle"], [data-option="Surprise me"]');
    if (!link) return;
    const address = new URL(link.href);
    address.searchParams.set("seed", String(1 + Math.floor(Math.random() * 1e6)));
    link.href = address.href;
  }, true);
})();
