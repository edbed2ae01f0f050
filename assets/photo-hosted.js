// Searches on the server: sends the photos and receives the ids of the closest products.

import { _ } from "./messages.js";
import { Problem, ask } from "./problems.js";

const LIMIT = 300;

export class HostedSearch {
  /** @param {string} address */
  constructor(address) {
    this.address = `${address}?limit=${LIMIT}&fields=ids`;
    this.state = _("Looking …");
    this.ready = true;
  }

  /**
   * Returns the products closest to the photos together, best first.
   *
   * @param {import("./photo-pictures.js").Photo[]} photos
   * @param {import("./photo-pictures.js").Seeing} seeing
   * @returns {Promise<import("./photo-found.js").Similar[]>}
   */
  async search(photos, seeing) {
    const body = new FormData();
    for (const photo of photos) {
      body.append("photo", await photo.sent(seeing), "photo");
      body.append("box", "");
    }
    const response = await ask(this.address, { method: "POST", body });
    const { similar } = await response.json();
    if (!Array.isArray(similar)) throw new Problem(_("The shop’s answer is not a list of products."));
    return similar.map(({ id, score }) => [id, score]);
  }
}
