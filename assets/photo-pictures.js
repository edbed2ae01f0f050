// The photos of a search: files and addresses opened as pictures, and the parts of them that are compared.

import { Problem, offline } from "./photo-problems.js";

const KEPT = 2048; // pixels of the longer side that are kept of a photo: a part of it is then still sharp
const SENT = 1280; // pixels of the longer side that are sent: over twice of what an extractor looks at
const QUALITY = 0.9;
const LARGEST = 10e6; // bytes that the server takes

export const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

// One photo: its `canvas`, or where this browser cannot show it, its `file` alone. `given` is the product whose
// picture it is, if any; `box` the part that is meant, in shares of the picture.
export class Photo {
  constructor({ canvas = null, file = null, name, given = null, box = null }) {
    Object.assign(this, { canvas, file, name, given, box });
  }

  get address() {
    const { x, y, width, height } = this.box ?? WHOLE;
    return this.box ? [x, y, width, height].map((share) => +share.toFixed(4)).join(",") : "";
  }

  // What is compared, at most `longest` pixels on its longer side: the whole picture, or the part that is meant.
  // Where an extractor looks at a square in the middle, the part `widens` to a square of its longer side, as far
  // as the picture goes: so the ends of what is long count, and what is around it, as on the catalogue's pictures.
  #part(longest, widens) {
    const { width, height } = this.canvas;
    const box = this.box ?? WHOLE;
    let [left, top, wide, high] = [box.x * width, box.y * height, box.width * width, box.height * height];
    if (this.box && widens) {
      const side = Math.max(wide, high);
      const [middle, centre] = [left + wide / 2, top + high / 2];
      [wide, high] = [Math.min(side, width), Math.min(side, height)];
      left = Math.min(Math.max(0, middle - wide / 2), width - wide);
      top = Math.min(Math.max(0, centre - high / 2), height - high);
    }
    const [x, y] = [Math.round(left), Math.round(top)];
    const [end, bottom] = [Math.max(x + 1, Math.round(left + wide)), Math.max(y + 1, Math.round(top + high))];
    return drawn(this.canvas, [x, y, end - x, bottom - y], longest);
  }

  pixels({ widens }) {
    const canvas = this.#part(KEPT, widens);
    const { width, height, data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, data };
  }

  // What is sent: the part that is meant and no more, without what a camera wrote into the file.
  async sent({ widens }) {
    if (!this.canvas) return this.file;
    return new Promise((resolve) => this.#part(SENT, widens).toBlob(resolve, "image/jpeg", QUALITY));
  }
}

// A photo of a file; `mustShow` is whether one is of no use that this browser cannot show.
export async function photoOf(file, { mustShow }) {
  const name = file.name || "the pasted picture";
  if (file.type && !file.type.startsWith("image/")) {
    throw new Problem(`Expected a picture. Received: ${name}.`);
  }
  if (!file.size) throw new Problem(`Expected a picture. Received: ${name}, which is empty.`);
  try {
    return new Photo({ canvas: await canvasOf(file), name });
  } catch {
    if (mustShow || file.size > LARGEST) {
      const more = file.size > LARGEST ? " and it is too large to be sent as it is" : "";
      throw new Problem(
        `This browser cannot open ${name}${more}: it may be damaged or of another format. Save it as JPEG.`,
      );
    }
    return new Photo({ file, name });
  }
}

// The photo that a product's picture is.
export async function photoOfProduct({ id, title, picture, box }) {
  const [x, y, width, height] = box ? box.split(",").map(Number) : [];
  let response = null;
  try {
    response = await fetch(picture);
  } catch {
    throw offline();
  }
  if (!response.ok) throw new Problem(`The picture of ${title} is not here.`);
  const canvas = await canvasOf(await response.blob());
  return new Photo({ canvas, name: title, given: { id, title }, box: box ? { x, y, width, height } : null });
}

async function canvasOf(blob) {
  // As the catalogue's pictures were read: upright, and colours as they are in the file, where a browser can.
  const asRead = { imageOrientation: "from-image", colorSpaceConversion: "none" };
  const bitmap = await createImageBitmap(blob, asRead).catch(() => createImageBitmap(blob));
  try {
    return drawn(bitmap, [0, 0, bitmap.width, bitmap.height], KEPT);
  } finally {
    bitmap.close();
  }
}

function drawn(source, [left, top, wide, high], longest) {
  const scale = Math.min(1, longest / Math.max(wide, high));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(wide * scale));
  canvas.height = Math.max(1, Math.round(high * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // What shines through is white, as in the catalogue.
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, left, top, wide, high, 0, 0, canvas.width, canvas.height);
  return canvas;
}
