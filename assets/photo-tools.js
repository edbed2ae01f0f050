// Shows the photos of a search: the active one large, and tools for it and the others.

import { create, createButton, find, get, all } from "./elements.js";
import { N_, _ } from "./messages.js";
import { BoxEditor, copyOf } from "./photo-box.js";

const UNMARKED = N_("Drag over the picture to mark the part to search for.");
const OFFERED = N_("What stands out is marked. Drag its corners, or search with the whole picture.");
const MARKED = N_("Drag its corners, or move them with the arrow keys (Shift: larger steps).");
const TILE = 160; // pixels on the longer side of a small picture: twice its size on the page

/**
 * @typedef {object} Shown
 * @property {import("./photo-pictures.js").Photo[]} photos
 * @property {number} active  the index of the active one
 */

export class Tools {
  /**
   * @param {HTMLElement} root
   * @param {object} options
   * @param {number} options.most  how many photos there may be
   * @param {(box: import("./photo-box.js").Box | null) => void} options.mark  called with the marked part
   * @param {(place: number) => void} options.pick  called with the index of the photo that becomes active
   * @param {(place: number) => void} options.remove
   */
  constructor(root, { most, mark, pick, remove }) {
    this.root = root;
    this.stage = get(root, ".photo-stage");
    this.element = get(root, ".photo-tools");
    this.editor = new BoxEditor(this.stage, mark);
    this.most = most;
    this.pick = pick;
    this.remove = remove;
  }

  /** @param {Shown} shown */
  show(shown) {
    const photo = shown.photos[shown.active];
    this.root.toggleAttribute("data-photos", Boolean(photo));
    this.stage.hidden = this.element.hidden = !photo;
    if (photo?.canvas) this.editor.show(photo.canvas, { name: photo.title, box: photo.box });
    else this.stage.replaceChildren(...(photo ? [_("{file} cannot be shown here; the shop’s server can read it.", { file: photo.name })] : []));
    this.update(shown);
  }

  /**
   * Updates the tools, but not the large photo.
   *
   * @param {Shown} shown
   */
  update({ photos, active }) {
    const photo = photos[active];
    if (!photo) {
      this.element.replaceChildren();
      return;
    }
    const { activeElement: focused } = document;
    const used = focused instanceof HTMLElement && this.element.contains(focused) ? focused.dataset.do : "";
    const tiles = photos.map((each, place) => {
      const title = `${each.title} ${photos.length > 1 ? place + 1 : ""}`.trim();
      return this.#tile(each.canvas, { title, place, isActive: place === active });
    });
    const ways = create("div", { className: "photo-ways" }, create("ul", { className: "smalls photo-tiles" }, ...tiles));
    if (photo.canvas) ways.append(photo.box ? actionButton(_("Whole picture"), "whole") : actionButton(_("Mark a part"), "mark"));
    if (photos.length < this.most) ways.append(actionButton(_("Add a photo"), "choose"));
    const hint = create("p", { className: "photo-hint", id: "photo-keys" }, _(hintOf(photo)));
    this.element.replaceChildren(...(photo.canvas ? [hint] : []), ways);
    if (used) (find(this.element, `[data-do="${used}"]`) ?? get(this.element, "button")).focus();
  }

  /** Moves the focus to the first of the tools. */
  focus() {
    find(this.element, "button")?.focus({ preventScroll: true });
  }

  /**
   * Moves the focus to the button that removes a photo, or to the one that adds the first.
   *
   * @param {number} place
   */
  focusRemoval(place) {
    const buttons = all(this.element, ".photo-remove");
    (buttons[Math.min(place, buttons.length - 1)] ?? get(this.root, "[data-do=choose]")).focus();
  }

  /**
   * @param {HTMLCanvasElement | null} canvas
   * @param {{ title: string, place: number, isActive: boolean }} options
   */
  #tile(canvas, { title, place, isActive }) {
    const pick = createButton({ className: "photo-pick", ariaLabel: title, ariaPressed: String(isActive) }, () => {
      this.pick(place);
      all(this.element, ".photo-pick")[place].focus();
    });
    if (canvas) pick.append(copyOf(canvas, TILE));
    const remove = { className: "photo-remove", ariaLabel: _("Remove {title}", { title }) };
    return create("li", {}, pick, createButton(remove, () => this.remove(place)));
  }
}

/** @param {import("./photo-pictures.js").Photo} photo */
function hintOf({ box, offered }) {
  if (!box) return UNMARKED;
  return box === offered ? OFFERED : MARKED;
}

/**
 * Makes a button with an action that the page handles by name.
 *
 * @param {string} textContent
 * @param {string} action
 */
function actionButton(textContent, action) {
  const button = createButton({ textContent }, () => {});
  button.dataset.do = action;
  return button;
}
