// Lets the visitor choose before anything is downloaded or sent: a search on this device, with the size of its
// download, or on the server if it can search.

import { create, createButton } from "./elements.js";
import { N_, _, written } from "./messages.js";
import { sentenceOf } from "./problems.js";

/** @param {number} bytes */
const megabytes = (bytes) => {
  const digits = bytes < 9.95e6 ? 1 : 0;
  return written(bytes / 1e6, { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

const SENDING = N_("Otherwise, the photo is sent to this shop’s server, compared there and discarded.");

export class Offer {
  /**
   * @param {HTMLElement} element
   * @param {import("./photo-device.js").DeviceSearch} device
   * @param {object} options
   * @param {boolean} options.hosted  whether the server can search instead
   * @param {() => void} options.ready  called once this device can search
   * @param {() => void} options.send  called if the visitor prefers to send the photo
   */
  constructor(element, device, { hosted, ready, send }) {
    this.element = element;
    this.device = device;
    this.hosted = hosted;
    this.ready = ready;
    this.send = send;
    this.loading = false;
  }

  hide() {
    this.element.replaceChildren();
  }

  /** Offers the search on this device, or starts it if there is nothing to download. */
  async make() {
    if (this.loading) return;
    try {
      await this.device.describe();
    } catch (problem) {
      if (!this.hosted) throw problem;
      this.#show([sentenceOf(problem), _(SENDING)], [this.#sending(_("Send the photo"))]);
      return;
    }
    const { bytes, again, saves } = this.device;
    if (bytes === 0) {
      await this.#load();
      return;
    }
    const size = { size: megabytes(bytes) };
    const sentence = again
      ? _("The catalogue has changed: searching on this device takes a download of {size} MB.", size)
      : _("Searching on this device takes a download of {size} MB, once.", size);
    const begin = { className: "button button-main", textContent: _("Download and search") };
    this.#choices([sentence, saves ? _("Your browser is set to save data.") : ""], begin);
  }

  async #load() {
    if (this.loading) return;
    this.loading = true;
    const { bytes } = this.device;
    const bar = create("progress", { ariaLabel: _("Download"), ...(bytes && { max: bytes, value: 0 }) });
    const about = bytes
      ? _("Downloading the search. Your browser keeps it for next time.")
      : _("Getting the search on this device ready …");
    const count = create("p");
    const progress = (/** @type {number} */ loaded) => {
      if (!bytes) return;
      bar.value = loaded;
      count.textContent = loaded < bytes
        ? _("{loaded} of {size} MB", { loaded: megabytes(loaded), size: megabytes(bytes) })
        : _("Getting ready …");
    };
    progress(0);
    this.element.replaceChildren(create("p", {}, about), bar, count);
    try {
      await this.device.load(progress);
      this.hide();
      this.ready();
    } catch (problem) {
      this.#choices([sentenceOf(problem)], { textContent: _("Try again") });
    } finally {
      this.loading = false;
    }
  }

  /**
   * Offers the download, and to send the photo if the server can search.
   *
   * @param {string[]} sentences
   * @param {{ className?: string, textContent: string }} button
   */
  #choices(sentences, button) {
    const load = createButton(button, () => this.#load());
    if (this.hosted) this.#show([...sentences, _(SENDING)], [load, this.#sending(_("Send the photo instead"))]);
    else this.#show(sentences, [load]);
  }

  /** @param {string} textContent */
  #sending(textContent) {
    return createButton({ textContent }, () => {
      this.hide();
      this.send();
    });
  }

  /**
   * @param {string[]} sentences  empty ones are left out
   * @param {HTMLButtonElement[]} buttons
   */
  #show(sentences, buttons) {
    const paragraphs = sentences.filter(Boolean).map((sentence) => create("p", {}, sentence));
    this.element.replaceChildren(...paragraphs, create("div", { className: "photo-ways" }, ...buttons));
  }
}
