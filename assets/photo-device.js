// Searches on the visitor's device: what that takes, and the worker that does it.

import { Problem, offline, problemOf } from "./photo-problems.js";
import { canResize } from "./photo-resize.js";

const KNOWN = "akin-on-device"; // in the browser's storage: which model it has fetched before
// Megabytes that a search takes by itself and for each one of vectors, by benchmarks/live_browser.py, and how many
// a page may have for each gigabyte that a device says it has.
const [ITSELF, FOR_EACH, ALLOWED] = [150, 2, 100];

// A module of one function with an instruction of WebAssembly's SIMD, which LiteRT is built of.
const SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
);

export class DeviceSearch {
  constructor({ worker, files }) {
    this.script = worker;
    this.listed = files;
    this.files = null;
    this.ready = false;
    this.state = "Looking on this device …";
    this.waiting = new Map();
    this.asked = 0;
  }

  // What is to be downloaded, in bytes. Throws a `Problem` where this device is not up to it.
  async describe() {
    let response = null;
    try {
      response = await fetch(this.listed);
    } catch {
      throw offline();
    }
    if (!response.ok) throw await problemOf(response);
    this.files = await response.json();
    const unfit = this.#unfit();
    if (unfit) throw new Problem(unfit);
    return this.files.bytes;
  }

  #unfit() {
    if (!canResize(this.files.described.form)) return "This catalogue cannot be searched in a browser.";
    if (typeof Worker === "undefined" || typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD)) {
      return "This browser is too old to search by itself.";
    }
    const vectors = this.files.vectors.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    const fits = !(navigator.deviceMemory * ALLOWED < ITSELF + FOR_EACH * vectors);
    return fits ? "" : "This device has too little memory to search this catalogue by itself.";
  }

  // Whether the visitor has had the same model fetched before, so that most of it is here.
  get known() {
    try {
      return localStorage.getItem(KNOWN) === this.files.model.href;
    } catch {
      return false;
    }
  }

  // Whether the visitor's connection is one that counts bytes.
  get saves() {
    return navigator.connection?.saveData === true;
  }

  async load(progress) {
    this.progress = progress;
    this.worker ??= this.#started();
    await this.#ask({ files: this.files });
    this.ready = true;
    try {
      localStorage.setItem(KNOWN, this.files.model.href);
    } catch {
      // It is asked again the next time.
    }
  }

  // What is closest to the photos, as `[[id, score], …]`, best first; `form` says how the extractor sees a part.
  async search(photos, form) {
    const pictures = photos.map((photo) => photo.pixels(form));
    const { similar, milliseconds } = await this.#ask({ pictures }, pictures.map(({ data }) => data.buffer));
    this.milliseconds = milliseconds;
    return similar;
  }

  #started() {
    const worker = new Worker(this.script);
    worker.addEventListener("message", ({ data: { id, loaded, answer, problem } }) => {
      if (loaded !== undefined) {
        this.progress(loaded);
        return;
      }
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (problem === undefined) resolve(answer);
      else reject(new Problem(`The search on this device failed (${problem}).`, { seconds: 0 }));
    });
    worker.addEventListener("error", ({ message }) => {
      for (const { reject } of this.waiting.values()) {
        reject(new Problem(`The search on this device failed (${message ?? "its script did not load"}).`, { seconds: 0 }));
      }
      this.waiting.clear();
    });
    return worker;
  }

  #ask(message, transfer = []) {
    this.asked += 1;
    const id = this.asked;
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.postMessage({ id, ...message }, transfer);
    return answer;
  }
}
