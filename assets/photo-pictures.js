// The photos of a search: opens files and addresses as pictures, and crops the parts to compare.

import { create } from "./elements.js";
import { _ } from "./messages.js";
import { clamp } from "./numbers.js";
import { Problem, ask } from "./problems.js";

/** @typedef {import("./photo-box.js").Box} Box */
/** @typedef {{ widens: boolean }} Seeing  whether the marked part is widened to a square, within the picture */

const KEPT = 2048; // pixels kept on a photo's longer side, so that a part of it is still sharp
const SENT = 1280; // pixels sent on the longer side: over twice an extractor's input
const LOOKED_AT = 256; // pixels on the longer side by which what stands out is found
const QUALITY = 0.9;
const LARGEST = 10e6; // the most bytes that the server accepts

export const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

export class Photo {
  /**
   * @param {object} photo
   * @param {string} photo.name
   * @param {HTMLCanvasElement} [photo.canvas]
   * @param {File} [photo.file]  kept if this browser cannot show it
   * @param {{ id: string, title: string }} [photo.given]  the product whose picture it is, if any
   * @param {Box} [photo.box]  the marked part
   */
  constructor({ name, canvas, file, given, box }) {
    this.name = name;
    this.canvas = canvas ?? null;
    this.file = file ?? null;
    this.given = given ?? null;
    this.box = box ?? null;
    /** The part that was marked because it stands out. @type {Box | null} */
    this.offered = null;
  }

  /** Marks what stands out from the background, if anything does. */
  async offer() {
    if (!this.canvas || this.box) return;
    const { standingOut } = await import("./photo-colour.js");
    const { canvas, context } = drawn(this.canvas, [0, 0, this.canvas.width, this.canvas.height], LOOKED_AT);
    const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
    this.box = this.offered = standingOut({ width, height, data });
  }

  /** The photo's name among others. It is not the file's name, which stays private. */
  get title() {
    return this.given ? this.name : _("Your photo");
  }

  /** The marked part, as it is written in an address; empty for the whole photo. */
  get address() {
    const { x, y, width, height } = this.box ?? WHOLE;
    return this.box ? [x, y, width, height].map((share) => +share.toFixed(4)).join(",") : "";
  }

  /**
   * Crops what is compared, the whole picture or the marked part, to at most `longest` pixels on the longer side. If an
   * extractor only sees the middle square, `widens` extends the part to a square of its longer side, within the
   * picture. Long parts then keep their ends, with some background, as in the catalogue's pictures.
   *
   * @param {HTMLCanvasElement} canvas
   * @param {number} longest
   * @param {Seeing} seeing
   */
  #part(canvas, longest, { widens }) {
    const { width, height } = canvas;
    const box = this.box ?? WHOLE;
    let [left, top, wide, high] = [box.x * width, box.y * height, box.width * width, box.height * height];
    if (this.box && widens) {
      const side = Math.max(wide, high);
      const [middle, centre] = [left + wide / 2, top + high / 2];
      [wide, high] = [Math.min(side, width), Math.min(side, height)];
      left = clamp(middle - wide / 2, 0, width - wide);
      top = clamp(centre - high / 2, 0, height - high);
    }
    const [x, y] = [Math.round(left), Math.round(top)];
    const [end, bottom] = [Math.max(x + 1, Math.round(left + wide)), Math.max(y + 1, Math.round(top + high))];
    return drawn(canvas, [x, y, end - x, bottom - y], longest);
  }

  /**
   * Returns the pixels to compare, four bytes each. Throws a `Problem` if this browser cannot show the photo.
   *
   * @param {Seeing} seeing
   */
  pixels(seeing) {
    if (!this.canvas) throw new Problem(_("This browser cannot open {file}. Save it as JPEG.", { file: this.name }));
    const { context, canvas } = this.#part(this.canvas, KEPT, seeing);
    const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, data };
  }

  /**
   * Returns the file to send: only the marked part, without the camera's metadata.
   *
   * @param {Seeing} seeing
   * @returns {Promise<Blob>}
   */
  async sent(seeing) {
    if (!this.canvas) return /** @type {File} */ (this.file); // A photo has a canvas or a file.
    const { canvas } = this.#part(this.canvas, SENT, seeing);
    return new Promise((resolve) =>
      canvas.toBlob((blob) => resolve(/** @type {Blob} */ (blob)), "image/jpeg", QUALITY));
  }
}

/**
 * Opens the photo in a file. Throws a `Problem` if it cannot be used.
 *
 * @param {File} file
 * @param {{ mustShow: boolean }} options  whether to refuse a photo that this browser cannot show
 */
export async function photoOf(file, { mustShow }) {
  const name = file.name || _("the pasted picture");
  if (file.type && !file.type.startsWith("image/")) {
    throw new Problem(_("Expected a picture. Received: {file}.", { file: name }));
  }
  if (!file.size) throw new Problem(_("Expected a picture. Received: {file}, which is empty.", { file: name }));
  try {
    return new Photo({ canvas: await canvasOf(file), name });
  } catch {
    if (mustShow || file.size > LARGEST) {
      const large = file.size > LARGEST ? _("It is too large to be sent as it is.") : "";
      const why = _(
        "This browser cannot open {file}: it may be damaged or in an unsupported format. Save it as JPEG.",
        { file: name },
      );
      throw new Problem(`${why} ${large}`.trim());
    }
    return new Photo({ file, name });
  }
}

/** @typedef {{ id: string, title: string, picture: string, box: string }} Given  a product with its picture's address */

/**
 * Opens a product's picture as a photo. Throws a `Problem` if it cannot be loaded.
 *
 * @param {Given} given
 */
export async function photoOfProduct({ id, title, picture, box }) {
  const [x, y, width, height] = box.split(",").map(Number);
  const response = await ask(picture);
  const canvas = await canvasOf(await response.blob());
  return new Photo({ canvas, name: title, given: { id, title }, box: box ? { x, y, width, height } : undefined });
}

/** @param {Blob} blob */
async function canvasOf(blob) {
  // The catalogue's pictures were turned upright and converted to sRGB by the profile in the file. Browsers do the
  // same by default, and a canvas is in sRGB by default.
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image", colorSpaceConversion: "default" });
  try {
    return drawn(bitmap, [0, 0, bitmap.width, bitmap.height], KEPT).canvas;
  } finally {
    bitmap.close();
  }
}

/**
 * Draws a part of a picture on a new canvas, with at most `longest` pixels on the longer side.
 *
 * @param {CanvasImageSource} source
 * @param {[left: number, top: number, width: number, height: number]} part
 * @param {number} longest
 */
function drawn(source, [left, top, wide, high], longest) {
  const scale = Math.min(1, longest / Math.max(wide, high));
  const canvas = create("canvas", {
    width: Math.max(1, Math.round(wide * scale)),
    height: Math.max(1, Math.round(high * scale)),
  });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.fillStyle = "#fff"; // Transparent pixels become white, as in the catalogue.
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, left, top, wide, high, 0, 0, canvas.width, canvas.height);
  return { canvas, context };
}
