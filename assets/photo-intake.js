// Receives photos: dropped anywhere on the page, pasted, chosen, or taken with the camera.

import { create, find } from "./elements.js";

export class Intake {
  /**
   * @param {HTMLElement} root
   * @param {AbortSignal} signal  removes the listeners
   * @param {(files: File[]) => void} take  called with the files
   */
  constructor(root, signal, take) {
    this.root = root;
    this.take = take;
    const inputs = find(root, ".photo-inputs") ?? root.appendChild(create("div"));
    this.choosing = this.#input({ multiple: true });
    this.taking = this.#input({ capture: "environment" });
    Object.assign(inputs, { className: "photo-inputs", hidden: true });
    inputs.replaceChildren(this.choosing, this.taking);
    this.within = 0; // how many elements a dragged file has entered but not left
    document.addEventListener("dragenter", (event) => this.#drag(event, 1), { signal });
    document.addEventListener("dragleave", (event) => this.#drag(event, -1), { signal });
    document.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault(), { signal });
    document.addEventListener("drop", (event) => this.#drop(event), { signal });
    document.addEventListener("paste", (event) => this.#paste(event), { signal });
  }

  choose() {
    this.choosing.click();
  }

  photograph() {
    this.taking.click();
  }

  /** @param {{ multiple?: boolean, capture?: string }} properties */
  #input(properties) {
    const input = create("input", { type: "file", accept: "image/*", ...properties });
    input.addEventListener("change", () => {
      this.take([...(input.files ?? [])]);
      input.value = ""; // Lets the same file be chosen again.
    });
    return input;
  }

  /**
   * @param {DragEvent} event
   * @param {number} change
   */
  #drag(event, change) {
    if (!holdsFiles(event)) return;
    this.within = Math.max(0, this.within + change);
    this.root.toggleAttribute("data-dropping", this.within > 0);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    this.within = 0;
    this.root.removeAttribute("data-dropping");
    this.take([...(event.dataTransfer?.files ?? [])]);
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.take(files);
  }
}

/** @param {DragEvent} event */
const holdsFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files") ?? false;
