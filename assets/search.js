// The search field, which searches while the visitor types, and the slider for the number of look-alikes.

import { addressWith, showCount } from "./controls.js";
import { find, get } from "./elements.js";
import { go, goBy, isSearching, now, soon } from "./navigation.js";

const box = get(document, "#search", HTMLInputElement);
const gallery = new URL(get(document, ".search", HTMLFormElement).action).pathname;

export function start() {
  box.addEventListener("input", () => soon(search));
  get(document, ".search").addEventListener("submit", (event) => {
    event.preventDefault();
    now(search);
  });
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.id !== "shown") return;
    showCount(target);
    soon(() => slide(target));
  });
}

// Some pages have a search of their own. All others lead to the gallery.
const stays = () => location.pathname === gallery || find(document, "main [data-searches]") !== null;

function search() {
  const page = stays() ? location.pathname : gallery;
  const current = new URLSearchParams(stays() ? location.search : "");
  const words = box.value.trim();
  if (stays() && (current.get("q") ?? "") === words) return;
  const typing = isSearching() && current.has("q");
  current.delete("q");
  current.delete("exact");
  current.delete("page");
  const wanted = new URLSearchParams([...(words ? [["q", words]] : []), ...current]);
  // All letters of a search share one entry of the history.
  const place = page === gallery ? "" : location.hash;
  go((wanted.size ? `${page}?${wanted}` : page) + place, { by: "search", replace: typing });
}

/** @param {HTMLInputElement} slider */
function slide(slider) {
  const wanted = new URLSearchParams(location.search);
  wanted.set("n", slider.value);
  goBy(slider, addressWith(location.pathname, wanted), { slides: true });
}
