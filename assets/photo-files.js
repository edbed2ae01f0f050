// The files that a search on the visitor's device needs: the server's list of them, and fetching them.

import { N_ } from "./messages.js";

/**
 * @typedef {object} ListedFile
 * @property {string} href
 * @property {number} bytes  size of the download
 * @property {number} unpacked  size after decompression
 */

/**
 * @typedef {object} Files  What /live/files.json lists.
 * @property {Described} described
 * @property {ListedFile} library  LiteRT
 * @property {ListedFile} script  the script that starts LiteRT's program
 * @property {ListedFile} wasm  LiteRT's program
 * @property {ListedFile} model
 * @property {ListedFile} [centre]
 * @property {ListedFile[]} [heads]  of a recipe with parts
 * @property {ListedFile} scales
 * @property {ListedFile} owners
 * @property {ListedFile[]} vectors
 * @property {{ href: string }} ids  the products' ids, by position
 * @property {number} bytes  size of the downloads that were not fetched before
 */

/**
 * @typedef {object} Described  The recipe's live.json.
 * @property {number} dimensions
 * @property {string} metric
 * @property {{ input_size: number, resize: string, interpolation: string }} form
 * @property {import("./photo-vectors.js").Parts} [parts]
 */

/**
 * Returns all files of a list.
 *
 * @param {Files} files
 * @returns {{ href: string, bytes?: number }[]}
 */
export function allOf({ library, script, wasm, model, centre, heads = [], scales, owners, vectors, ids }) {
  return [library, script, wasm, model, ...(centre ? [centre] : []), ...heads, scales, owners, ...vectors, ids];
}

/**
 * Returns the list with size 0 for the downloads that the browser has fetched before.
 *
 * @param {Files} files
 * @param {ReadonlySet<string>} known  addresses of the fetched files
 * @returns {Files}
 */
export function withoutKnown(files, known) {
  const left = (/** @type {ListedFile} */ file) => (known.has(file.href) ? { ...file, bytes: 0 } : file);
  const { library, script, wasm, model, scales, owners, centre, heads, vectors } = files;
  const counted = {
    ...files,
    ...{ library: left(library), script: left(script), wasm: left(wasm), model: left(model) },
    ...{ scales: left(scales), owners: left(owners), vectors: vectors.map(left) },
    ...(centre && { centre: left(centre) }),
    ...(heads && { heads: heads.map(left) }),
  };
  return { ...counted, bytes: allOf(counted).reduce((sum, { bytes = 0 }) => sum + bytes, 0) };
}

/** @param {{ href: string }} file */
export async function answerOf({ href }) {
  const response = await fetch(href).catch(broken);
  if (!response.ok) throw new Error(`${href} answers ${response.status}`);
  return response;
}

/**
 * Fetches a file. Allocates memory for the whole file once, at the start.
 *
 * @param {ListedFile} file
 * @param {(bytes: number) => void} arrived  called for each part with its share of the download's bytes
 */
export async function contentOf(file, arrived) {
  const { body } = await answerOf(file);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const whole = new Uint8Array(file.unpacked);
  for (let place = 0; ; ) {
    const { done, value } = await reader.read().catch(broken);
    if (done && place === whole.length) return whole;
    if (done || place + value.length > whole.length) throw new Error(`${file.href} has another size than listed`);
    whole.set(value, place);
    place += value.length;
    arrived((value.length / file.unpacked) * file.bytes);
  }
}

/** @returns {never} */
function broken() {
  throw new Error(N_("the download broke off"));
}
