// Searches on the server: the photos are sent there, and the ids of the closest products come back.

import { Problem, offline, problemOf } from "./photo-problems.js";

const LIMIT = 300;

export class HostedSearch {
  constructor(address) {
    this.address = `${address}?limit=${LIMIT}&fields=ids`;
    this.state = "Looking …";
  }

  get ready() {
    return true;
  }

  // What is closest to the photos, as `[[id, score], …]`, best first; `form` says how the extractor sees a part.
  async search(photos, form) {
    const body = new FormData();
    for (const photo of photos) {
      body.append("photo", await photo.sent(form), "photo");
      body.append("box", "");
    }
    let response = null;
    try {
      response = await fetch(this.address, { method: "POST", body });
    } catch {
      throw offline();
    }
    if (!response.ok) throw await problemOf(response);
    const { similar } = await response.json();
    if (!Array.isArray(similar)) throw new Problem("The shop answers with something else than products.");
    return similar.map(({ id, score }) => [id, score]);
  }
}
