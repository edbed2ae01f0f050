// Searches on the visitor's device: checks whether it can, loads the files, and runs the worker.

import { N_, _ } from "./messages.js";
import { allOf, withoutKnown } from "./photo-files.js";
import { canResize } from "./photo-resize.js";
import { Problem, ask } from "./problems.js";
import { local } from "./storage.js";

/** @typedef {import("./photo-files.js").Files} Files */
/** @typedef {{ similar: import("./photo-found.js").Similar[], milliseconds: object }} Answer */

const KNOWN = "on-device"; // the storage key of the addresses of the files that the browser has fetched
// Megabytes of memory that a search takes, and takes for each megabyte of vectors (measured by
// benchmarks/live_browser.py), and megabytes that a page may use for each gigabyte of the device.
const [ITSELF, FOR_EACH, ALLOWED] = [170, 3, 100];

// A WebAssembly module whose one function has a SIMD instruction. LiteRT needs SIMD.
const SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
);

/**
 * What some browsers tell about the device and its connection.
 *
 * @type {{ deviceMemory?: number, connection?: { saveData?: boolean } }}
 */
const device = /** @type {any} */ (navigator);

export class DeviceSearch {
  /** @param {{ worker?: string, files?: string }} addresses  of the worker's script and of the list of files */
  constructor({ worker = "", files = "" }) {
    this.script = worker;
    this.listed = files;
    this.ready = false;
    this.state = _("Looking on this device …");
    this.again = false; // whether this browser has searched on the device before
    /** @type {Files | null} */
    this.files = null;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Map<number, { resolve: (answer: any) => void, reject: (problem: Problem) => void }>} */
    this.waiting = new Map();
    this.asked = 0;
    /** @type {object | null} */
    this.milliseconds = null; // the duration of the last search
  }

  /** Fetches the list of files to download. Throws a `Problem` if this device cannot search. */
  async describe() {
    const response = await ask(this.listed);
    /** @type {Files} */
    const files = await response.json();
    const unfit = whyUnfit(files);
    if (unfit) throw new Problem(unfit);
    const known = local.read(KNOWN);
    this.again = Array.isArray(known) && known.length > 0;
    this.files = withoutKnown(files, new Set(this.again ? known : []));
  }

  /** The bytes of the files that the browser has not fetched before. */
  get bytes() {
    return this.files?.bytes ?? 0;
  }

  /** Whether the visitor would rather not download much. */
  get saves() {
    return device.connection?.saveData === true;
  }

  /**
   * Fetches the files that `describe` listed.
   *
   * @param {(loaded: number) => void} progress  called with the bytes loaded so far
   */
  async load(progress) {
    const { files } = this;
    if (!files) throw new Error("The list of files to download is not loaded yet.");
    await this.#ask({ files }, { progress });
    this.ready = true;
    local.write(KNOWN, allOf(files).map(({ href }) => href));
  }

  /**
   * Returns the products closest to the photos together, best first.
   *
   * @param {import("./photo-pictures.js").Photo[]} photos
   * @param {import("./photo-pictures.js").Seeing} seeing
   */
  async search(photos, seeing) {
    const pictures = photos.map((photo) => photo.pixels(seeing));
    const transfer = pictures.map(({ data }) => data.buffer);
    /** @type {Answer} */
    const { similar, milliseconds } = await this.#ask({ pictures }, { transfer });
    this.milliseconds = milliseconds;
    return similar;
  }

  /**
   * Stops the worker and frees its memory. The next search loads the files from the browser's cache.
   *
   * @param {string} [reason]
   */
  release(reason = N_("it was ended")) {
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
    for (const { reject } of this.waiting.values()) reject(failure(reason));
    this.waiting.clear();
  }

  /**
   * Sends a message to the worker and returns its answer.
   *
   * @param {object} message
   * @param {{ transfer?: Transferable[], progress?: (loaded: number) => void }} options
   * @returns {Promise<any>}
   */
  #ask(message, { transfer = [], progress }) {
    if (progress) this.progress = progress;
    this.asked += 1;
    const id = this.asked;
    this.worker ??= this.#started();
    const { worker } = this;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...message }, transfer);
    });
  }

  #started() {
    const worker = new Worker(this.script);
    worker.addEventListener("message", ({ data: { id, loaded, answer, problem } }) => {
      if (loaded !== undefined) {
        this.progress?.(loaded);
        return;
      }
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (problem === undefined) asked?.resolve(answer);
      else asked?.reject(failure(problem));
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.release(event.message);
    });
    return worker;
  }
}

/** @param {string} reason */
const failure = (reason) => new Problem(_("The search on this device failed ({reason}).", { reason: _(reason) }), { seconds: 0 });

/**
 * Returns why this device cannot search; empty if it can.
 *
 * @param {Files} files
 */
function whyUnfit({ described, vectors }) {
  if (!canResize(described.form)) return _("This catalogue cannot be searched in a browser.");
  if (typeof Worker === "undefined" || typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD)) {
    return _("This browser is too old to search on this device.");
  }
  const megabytes = vectors.reduce((sum, { unpacked }) => sum + unpacked, 0) / 1e6;
  const tooLittle = device.deviceMemory !== undefined && device.deviceMemory * ALLOWED < ITSELF + FOR_EACH * megabytes;
  return tooLittle ? _("This device has too little memory to search this catalogue.") : "";
}
