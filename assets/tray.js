// The tray of picked products, and the buttons that pick them.

import { all, closest, create, createButton, find, focus, get } from "./elements.js";
import { _, n_ } from "./messages.js";
import { argumentsOfPicks, forgetPicks, picks, togglePick } from "./visits.js";

const tray = get(document, "#tray");
const link = get(tray, "a", HTMLAnchorElement);

export function start() {
  document.addEventListener("click", ({ target }) => {
    const button = closest(target, "[data-pick]");
    if (button) toggle(pickFrom(button));
    if (!closest(target, "[data-clear-picks]")) return;
    forgetPicks(() => true);
    showPicks();
    focus(null);
  });
  addEventListener("storage", showPicks); // Another tab has changed them.
  showPicks();
}

/** Shows the picks in the tray and on each pick button of the page. */
export function showPicks() {
  const picked = picks();
  const ids = new Set(picked.map(({ id }) => id));
  for (const button of all(document, "main [data-pick]")) {
    const pressed = String(ids.has(button.dataset.pick ?? ""));
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
  tray.hidden = picked.length === 0;
  get(tray, "ul").replaceChildren(...picked.map(item));
  link.setAttribute("href", link.pathname + argumentsOfPicks());
}

/** @param {HTMLElement} button */
function pickFrom(button) {
  const place = /** @type {HTMLElement} */ (closest(button, ".product-card, .product"));
  const title = get(place, ".card-name, h1").textContent ?? "";
  return { id: button.dataset.pick ?? "", title, picture: find(place, "img")?.getAttribute("src") };
}

/** @param {import("./visits.js").Pick} pick */
function toggle(pick) {
  togglePick(pick);
  showPicks();
  get(tray, "[role=status]").textContent = n_("{count} picked", "{count} picked", picks().length);
}

/** @param {import("./visits.js").Pick} pick */
function item(pick) {
  const buttons = () => all(tray, "li button");
  const properties = { className: "", ariaLabel: _("Remove {title} from the picks", { title: pick.title }) };
  const button = createButton(properties, () => {
    const place = buttons().indexOf(button);
    toggle(pick);
    focus(buttons()[place] ?? buttons().at(-1));
  });
  button.append(pick.picture ? create("img", { src: pick.picture, alt: "" }) : pick.title);
  return create("li", {}, button);
}
