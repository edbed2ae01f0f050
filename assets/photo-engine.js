// The search in the worker of photo-worker.js. LiteRT runs the extractor; no photo leaves the device.

import { descriptorOf } from "./photo-colour.js";
import { answerOf, contentOf } from "./photo-files.js";
import { toInput } from "./photo-resize.js";
import { Vectors } from "./photo-vectors.js";

/** @typedef {import("./photo-files.js").Files} Files */
/** @typedef {Pick<ImageData, "width" | "height" | "data">} Picture */

const LIMIT = 300;

/**
 * @typedef {object} Loaded
 * @property {any} litert
 * @property {any} model
 * @property {Vectors} vectors
 * @property {string[]} ids
 * @property {import("./photo-resize.js").Form} form
 */

/** The loaded model and vectors. @type {Loaded | null} */
let loaded = null;

/**
 * Fetches and loads the files that a search needs.
 *
 * @param {Files} files
 * @param {(bytes: number) => void} progress  called with the bytes loaded so far
 */
export async function load(files, progress) {
  let done = 0;
  const arrived = (/** @type {number} */ bytes) => {
    done += bytes;
    progress(Math.min(done, files.bytes));
  };
  const fetched = (/** @type {import("./photo-files.js").ListedFile} */ file) => contentOf(file, arrived);
  const [wasm, content, scales, owners, centre, heads, ids, ...vectors] = await Promise.all([
    fetched(files.wasm),
    fetched(files.model),
    fetched(files.scales),
    fetched(files.owners),
    files.centre && fetched(files.centre),
    Promise.all((files.heads ?? []).map(fetched)),
    answerOf(files.ids).then((response) => response.json()),
    ...files.vectors.map(fetched),
  ]);
  const { described } = files;
  loaded = {
    ...(await compiled(files, wasm, content)),
    ids,
    form: { ...described.form, size: described.form.input_size },
    vectors: new Vectors({
      described,
      centre: centre ? new Float32Array(centre.buffer) : null,
      heads: heads.map(({ buffer }) => new Float32Array(buffer)),
      scales: new Float32Array(scales.buffer),
      owners: new Uint32Array(owners.buffer),
      shards: vectors.map(({ buffer }) => new Int8Array(buffer)),
    }),
  };
  arrived(files.script.bytes + files.library.bytes);
}

/**
 * @param {Files} files
 * @param {Uint8Array} wasm
 * @param {Uint8Array} content  the model file
 */
async function compiled(files, { buffer: wasmBinary }, content) {
  // LiteRT looks for a graphics card, which is not used here, and warns if there is none.
  const { warn } = console;
  console.warn = () => {};
  Object.assign(self, { Module: { wasmBinary, print: () => {}, printErr: () => {} } });
  try {
    const litert = await import(files.library.href);
    await litert.loadLiteRt(files.script.href);
    return { litert, model: await litert.loadAndCompile(content, { accelerator: "wasm" }) };
  } finally {
    console.warn = warn;
  }
}

/**
 * Returns the products closest to the pictures together, best first, and the duration of each step.
 *
 * @param {Picture[]} pictures
 */
export async function search(pictures) {
  if (!loaded) throw new Error("nothing is loaded yet");
  const { ids, vectors } = loaded;
  const photos = [];
  const begun = performance.now();
  for (const picture of pictures) {
    const colours = vectors.parts?.colour ? descriptorOf(picture) : undefined;
    photos.push({ embedding: await embeddingOf(picture, loaded), colours });
  }
  const embedded = performance.now();
  const similar = vectors.search(photos, LIMIT).map(([position, score]) => [ids[position], score]);
  return { similar, milliseconds: { embedding: embedded - begun, search: performance.now() - embedded } };
}

/**
 * @param {Picture} picture
 * @param {Loaded} loaded
 * @returns {Promise<Float32Array>}
 */
async function embeddingOf(picture, { litert, model, form }) {
  const input = new litert.Tensor(toInput(picture, form), [1, form.size, form.size, 3]);
  const [output] = await model.run([input]);
  const numbers = await output.data();
  input.delete();
  output.delete();
  return numbers;
}
