// "For you" on a static site: blends the lists of the products in the address, or of those this browser remembers.

import { closest, create, createButton, find, get } from "./elements.js";
import { _ } from "./messages.js";
import { StaticData, elementOf } from "./static-data.js";
import { recommended } from "./static-fusion.js";
import { showPicks } from "./tray.js";
import { forgetPicks, forgetVisits, visits } from "./visits.js";

/** @typedef {import("./static-data.js").Listed} Listed */

const [MOST, COUNT, HALVED_AFTER] = [20, 24, 5];

/** @param {HTMLElement} root */
export async function start(root) {
  const data = new StaticData(root.dataset.root ?? "");
  const made = create("div");
  root.append(made);
  const show = async () => made.replaceChildren(...(await partsOf(root, data, show)));
  await show();
  showPicks();
  root.dataset.ready = "";
  return () => made.remove();
}

/**
 * @param {HTMLElement} root
 * @param {StaticData} data
 * @param {() => void} again
 */
async function partsOf(root, data, again) {
  const given = new URLSearchParams(location.search);
  const likes = [...new Set(given.getAll("like"))].slice(0, MOST);
  const isShared = likes.length > 0;
  const ids = isShared ? likes : visits().slice(0, MOST);
  const lists = await Promise.all(ids.map((id) => data.listed(id)));
  const gone = new Set(ids.filter((__, place) => !lists[place]));
  forgetVisits((id) => gone.has(id));
  forgetPicks((id) => gone.has(id));
  const known = lists.filter((list) => list !== null);
  if (isShared) get(root, "h1").textContent = _("More like these");
  get(root, ".remembered-why").hidden = isShared;
  get(root, ".ways").hidden = known.length > 0;
  if (!known.length) return [create("p", {}, _("Nothing so far. Look at a few products, or pick some with +."))];
  const weights = known.map((__, place) => (isShared ? 1 : 0.5 ** (place / HALVED_AFTER)));
  const positions = recommended(known, weights, await data.load("groups.json"), COUNT);
  const cards = await data.cards(positions);
  const start = isShared ? startOf(known) : rememberedOf(known, again);
  const heading = create("div", { className: "section-head" }, create("h2", {}, _("Recommended")));
  if (!cards.length) return [start, heading, create("p", {}, _("Nothing is near these."))];
  return [start, heading, create("ul", { className: "product-grid" }, ...cards)];
}

/** @param {Listed[]} known */
const startOf = (known) => create("ul", { className: "smalls" }, ...known.map(({ small }) => elementOf(small)));

/** @param {Listed[]} known @param {() => void} again */
function rememberedOf(known, again) {
  const items = known.map(({ id, small }) => {
    const item = elementOf(small);
    const title = closest(find(item, "a"), "a")?.title ?? "";
    const forget = createButton({ className: "", ariaLabel: _("Forget {title}", { title }) }, () => {
      forgetVisits((other) => other === id);
      again();
    });
    forget.append("×");
    item.append(forget);
    return item;
  });
  const forgetAll = createButton({}, () => {
    forgetVisits(() => true);
    forgetPicks(() => true);
    showPicks();
    again();
  });
  forgetAll.append(_("Forget everything"));
  const section = create("section", { className: "remembered" }, create("ul", { className: "smalls" }, ...items), forgetAll);
  section.setAttribute("aria-label", _("What you looked at"));
  return section;
}
