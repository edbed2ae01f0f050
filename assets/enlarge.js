// A product's picture over the page, to look at closely. This script and the large picture are loaded when a visitor
// asks for them.

import { create, createButton, get } from "./elements.js";
import { _ } from "./messages.js";
import { onArrival } from "./navigation.js";

const CLOSER = 2.5; // how many times as wide as the whole picture the enlarged one is, at least

/** @type {Picture | null} */
let open = null;
onArrival(() => open?.close());

/**
 * Shows the picture that a link leads to.
 *
 * @param {HTMLAnchorElement} link
 */
export function enlarge(link) {
  open?.close();
  open = new Picture(link);
}

class Picture {
  /** @param {HTMLAnchorElement} link */
  constructor(link) {
    const thumbnail = get(link.parentElement ?? document, "img", HTMLImageElement);
    this.image = create("img", { alt: thumbnail.alt, draggable: false, src: thumbnail.currentSrc || thumbnail.src });
    this.stage = create("div", { className: "enlarged-stage", tabIndex: 0 }, this.image);
    this.stage.setAttribute("role", "group");
    this.stage.setAttribute("aria-label", thumbnail.alt);
    const buttons = create(
      "div",
      { className: "enlarged-ways" },
      this.#button("+", _("Zoom in"), () => this.zoom(true)),
      this.#button("−", _("Zoom out"), () => this.zoom(false)),
      this.#button("×", _("Close the picture"), () => this.close()),
    );
    this.dialog = create("dialog", { className: "enlarged" }, this.stage, buttons);
    this.dialog.setAttribute("aria-label", link.getAttribute("aria-label") ?? "");
    this.isClose = false;
    this.wasDragged = false;
    this.#listen();
    document.body.append(this.dialog);
    this.dialog.showModal(); // The focus goes into it, and back to the link when it is closed.
    this.stage.focus();
    this.#load(link.href);
  }

  /**
   * Replaces the thumbnail by the large picture once that has arrived. If it never does, the thumbnail stays.
   *
   * @param {string} address
   */
  async #load(address) {
    const large = create("img", { src: address });
    try {
      await large.decode();
      this.image.src = address;
    } catch {
      // The other host of the pictures may not have it.
    }
  }

  /**
   * @param {string} sign
   * @param {string} label
   * @param {() => void} action
   */
  #button(sign, label, action) {
    const button = createButton({ textContent: sign, title: label }, action);
    button.setAttribute("aria-label", label);
    return button;
  }

  #listen() {
    const { dialog, stage, image } = this;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (open === this) open = null;
    });
    stage.addEventListener("click", (event) => {
      if (this.wasDragged) this.wasDragged = false;
      else if (event.target === image) this.zoom(!this.isClose, event);
      else this.close();
    });
    dialog.addEventListener("keydown", (event) => {
      const closer = { "+": true, "=": true, "-": false }[event.key];
      const onStage = event.target === stage && (event.key === "Enter" || event.key === " ");
      if (closer === undefined && !onStage) return;
      event.preventDefault();
      this.zoom(closer ?? !this.isClose);
    });
    // A finger scrolls by itself. The mouse is captured only once it moves: a click is of what lies under it.
    stage.addEventListener("pointerdown", () => { this.wasDragged = false; });
    stage.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse" || !(event.buttons & 1) || !this.isClose) return;
      if (Math.abs(event.movementX) + Math.abs(event.movementY) > 1) {
        this.wasDragged = true;
        stage.setPointerCapture(event.pointerId);
      }
      stage.scrollBy(-event.movementX, -event.movementY);
    });
  }

  /**
   * Shows the picture enlarged or whole.
   *
   * @param {boolean} closer
   * @param {{ clientX: number, clientY: number }} [point]  what stays in its place; the middle if not given
   */
  zoom(closer, point) {
    if (closer === this.isClose) return;
    const { stage, image } = this;
    const box = image.getBoundingClientRect();
    const { clientX, clientY } = point ?? { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    const [across, down] = [(clientX - box.x) / box.width, (clientY - box.y) / box.height];
    this.isClose = closer;
    stage.classList.toggle("is-close", closer);
    image.style.width = closer ? `${Math.max(CLOSER * box.width, image.naturalWidth / devicePixelRatio)}px` : "";
    const now = image.getBoundingClientRect();
    stage.scrollBy(now.x + across * now.width - clientX, now.y + down * now.height - clientY);
  }

  close() {
    this.dialog.close();
  }
}
