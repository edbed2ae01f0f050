// Before anything is downloaded or sent: what the search on this device takes, and the other way where there is
// one. The visitor chooses.

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 9.95e6 ? 1 : 0);

const SENDING = "The other way, the photo is sent to this shop’s server, compared there and forgotten.";

export class Offer {
  // `hosted` is whether the server can search instead. `ready()` is called once this device can, `send()` where
  // the visitor would rather have the photo sent.
  constructor(element, device, { hosted, ready, send }) {
    Object.assign(this, { element, device, hosted, ready, send });
  }

  hide() {
    this.element.replaceChildren();
  }

  // Offers the search on this device, or begins with it where the visitor has agreed to that before.
  async make() {
    if (this.loading) return;
    try {
      await this.device.describe();
    } catch (problem) {
      if (!this.hosted) throw problem;
      this.#show([problem.message, SENDING], [this.#sending("Send the photo")]);
      return;
    }
    const { bytes, again } = this.device;
    if (bytes === 0) {
      await this.#load();
      return;
    }
    const size = `takes a download of ${megabytes(bytes)} MB`;
    const sentence = again
      ? `The catalogue has changed: searching on this device ${size}.`
      : `Searching on this device ${size}, once.`;
    const saving = this.device.saves ? "Your browser asks pages to save data." : "";
    const other = this.hosted ? SENDING : "";
    const begin = buttonOf("Download and search", "button-main", () => this.#load());
    this.#show([sentence, saving, other], [begin, ...(this.hosted ? [this.#sending("Send the photo instead")] : [])]);
  }

  async #load() {
    if (this.loading) return;
    this.loading = true;
    const all = this.device.bytes;
    const bar = document.createElement("progress");
    if (all) Object.assign(bar, { max: all, value: 0 });
    bar.setAttribute("aria-label", "Download");
    const about = document.createElement("p");
    about.textContent = all
      ? "Downloading what the search takes. Your browser keeps it for the next time."
      : "Getting the search on this device ready …";
    const count = document.createElement("p");
    const progress = (loaded) => {
      if (!all) return;
      bar.value = loaded;
      count.textContent = loaded < all ? `${megabytes(loaded)} of ${megabytes(all)} MB` : "Getting ready …";
    };
    progress(0);
    this.element.replaceChildren(about, bar, count);
    try {
      await this.device.load(progress);
      this.hide();
      this.ready();
    } catch (problem) {
      const again = buttonOf("Try again", "", () => this.#load());
      const other = this.hosted ? SENDING : "";
      this.#show([problem.message, other], [again, ...(this.hosted ? [this.#sending("Send the photo instead")] : [])]);
    } finally {
      this.loading = false;
    }
  }

  #sending(text) {
    return buttonOf(text, "", () => {
      this.hide();
      this.send();
    });
  }

  #show(sentences, buttons) {
    const paragraphs = sentences.filter(Boolean).map((sentence) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = sentence;
      return paragraph;
    });
    const ways = document.createElement("div");
    ways.className = "photo-ways";
    ways.append(...buttons);
    this.element.replaceChildren(...paragraphs, ways);
  }
}

function buttonOf(text, kind, action) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: `button ${kind}`.trim(), textContent: text });
  button.addEventListener("click", action);
  return button;
}
