// Searches on the visitor's device: what that takes, and the worker that does it.

import { Problem, offline, problemOf } from "./photo-problems.js";
import { canResize } from "./photo-resize.js";

const KNOWN = "akin-on-device"; // in the browser's storage: the files that it has fetched
// Megabytes that a search takes by itself and for each one of vectors, by benchmarks/live_browser.py, and how many
// a page may have for each gigabyte that a device says it has.
const [ITSELF, FOR_EACH, ALLOWED] = [170, 3, 100];

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

  // Finds out what is to be downloaded. Throws a `Problem` where this device is not up to the search.
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
    const known = new Set(this.#known());
    this.again = known.size > 0; // whether the browser has searched here before
    const count = (file) => (known.has(file.href) ? { ...file, bytes: 0 } : file);
    for (const [name, file] of Object.entries(this.files)) if (file.href) this.files[name] = count(file);
    this.files.vectors = this.files.vectors.map(count);
    this.files.bytes = this.#all().reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  }

  // The bytes of what the browser has not fetched before.
  get bytes() {
    return this.files.bytes;
  }

  #all() {
    return [...Object.values(this.files).filter((file) => file.href), ...this.files.vectors];
  }

  #unfit() {
    if (!canResize(this.files.described.form)) return "This catalogue cannot be searched in a browser.";
    if (typeof Worker === "undefined" || typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD)) {
      return "This browser is too old to search by itself.";
    }
    const vectors = this.files.vectors.reduce((sum, { unpacked }) => sum + unpacked, 0) / 1e6;
    const fits = !(navigator.deviceMemory * ALLOWED < ITSELF + FOR_EACH * vectors);
    return fits ? "" : "This device has too little memory to search this catalogue by itself.";
  }

  #known() {
    try {
      return JSON.parse(localStorage.getItem(KNOWN)) ?? [];
    } catch {
      return [];
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
      localStorage.setItem(KNOWN, JSON.stringify(this.#all().map(({ href }) => href)));
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

  // Gives the memory back; the next search begins anew, with what the browser has kept.
  release(reason = "it was ended") {
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
    for (const { reject } of this.waiting.values()) {
      reject(new Problem(`The search on this device failed (${reason}).`, { seconds: 0 }));
    }
    this.waiting.clear();
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
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.release(event.message);
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
