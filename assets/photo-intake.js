// The ways that photos come in: dropped anywhere on the page, pasted, chosen, taken with the camera.

export class Intake {
  // `on(target, type, listener)` listens for as long as the page is there; `take(files)` is called with what
  // came.
  constructor(root, on, take) {
    this.root = root;
    this.take = take;
    this.inputs = root.querySelector(".photo-inputs") ?? root.appendChild(document.createElement("div"));
    this.inputs.className = "photo-inputs";
    this.inputs.hidden = true;
    this.inputs.replaceChildren();
    this.choosing = this.#input(on, { multiple: true });
    this.taking = this.#input(on, { capture: "environment" });
    this.within = 0; // how many elements a dragged file has entered and not left
    on(document, "dragenter", (event) => this.#drag(event, 1));
    on(document, "dragleave", (event) => this.#drag(event, -1));
    on(document, "dragover", (event) => holdsFiles(event) && event.preventDefault());
    on(document, "drop", (event) => this.#drop(event));
    on(document, "paste", (event) => this.#paste(event));
  }

  choose() {
    this.choosing.click();
  }

  photograph() {
    this.taking.click();
  }

  #input(on, properties) {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", accept: "image/*", ...properties });
    on(input, "change", () => {
      this.take([...input.files]);
      input.value = ""; // The same file may be chosen again.
    });
    this.inputs.append(input);
    return input;
  }

  #drag(event, change) {
    if (!holdsFiles(event)) return;
    this.within = Math.max(0, this.within + change);
    this.root.toggleAttribute("data-dropping", this.within > 0);
  }

  #drop(event) {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    this.within = 0;
    this.root.removeAttribute("data-dropping");
    this.take([...event.dataTransfer.files]);
  }

  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.take(files);
  }
}

const holdsFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files") ?? false;
