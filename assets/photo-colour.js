// Describes the colours of a photo by numbers, exactly as pictures/colours does for the catalogue's pictures. It
// separates the product from the background by the colours at the border, and makes a soft histogram in OKLab.

import { boxed, even } from "./photo-resize.js";

/** @typedef {import("./photo-resize.js").Picture} Picture */

const SIDE = 48;

// As in pictures/colours/foreground.py.
const WHITE = 245;
const GAIN = 1.25;
const FRAME = 2;
const SAMPLE = 48;
const COMMON = 0.15;
const SAME = Math.fround(0.06 ** 2);
const SHADE = Math.fround(0.4 ** 2);
const EQUAL = Math.fround(0.02 ** 2);
const SPREAD = 0.3;
const SOLID = 0.65;
const LEAST = 0.02;

// As in pictures/colours/descriptor.py.
const LIGHTNESSES = 6;
const HUES = 7;
const STRONGEST = 0.32;
const POWER = 0.6;
const LEVELS = 255;

// Where a product stands out so much that a box around it finds more than the whole photo: see docs/dashboard.md.
const DIFFERENT = 0.1;
const MARGIN = 0.2;
const SMALL = 0.36;

/** @typedef {{ width: number, height: number, lab: Float32Array, weights: Float64Array }} Foreground */

/**
 * Returns a box around what stands out from the background, with some of it, in shares of the picture. Returns null
 * if nothing does, if its colours are near the background's, or if it fills so much that the whole is as good.
 *
 * @param {Picture} picture
 * @returns {import("./photo-box.js").Box | null}
 */
export function standingOut(picture) {
  const { width, height, lab, weights } = foregroundOf(reduced(picture));
  const inside = [...weights.keys()].filter((place) => weights[place]);
  const outside = [...weights.keys()].filter((place) => !weights[place]);
  if (!outside.length) return null;
  const means = [inside, outside].map((places) =>
    [0, 1, 2].map((axis) => places.reduce((sum, place) => sum + lab[place * 3 + axis], 0) / places.length));
  if (Math.hypot(...means[0].map((mean, axis) => mean - means[1][axis])) < DIFFERENT) return null;
  const columns = inside.map((place) => place % width);
  const rows = inside.map((place) => Math.floor(place / width));
  const [left, right] = [Math.min(...columns) / width, (Math.max(...columns) + 1) / width];
  const [top, bottom] = [Math.min(...rows) / height, (Math.max(...rows) + 1) / height];
  const margin = MARGIN * Math.max(right - left, bottom - top);
  const [x, y] = [Math.max(0, left - margin), Math.max(0, top - margin)];
  const box = { x, y, width: Math.min(1, right + margin) - x, height: Math.min(1, bottom + margin) - y };
  return box.width * box.height <= SMALL ? box : null;
}

/**
 * Describes the colours of a picture in 294 bytes.
 *
 * @param {Picture} picture
 */
export function descriptorOf(picture) {
  return described(foregroundOf(reduced(picture)));
}

/**
 * Resizes the picture to 48 pixels on its longer side, three bytes per pixel. The result equals that of Pillow's
 * `resize` with the filter BOX and a `reducing_gap` of 2 in every bit.
 *
 * @param {Picture} picture
 */
export function reduced(picture) {
  const longer = Math.max(picture.width, picture.height);
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, even((side * SIDE) / longer)));
  const across = Math.max(1, Math.trunc(picture.width / width / 2));
  const down = Math.max(1, Math.trunc(picture.height / height / 2));
  const small = across > 1 || down > 1 ? averaged(picture, across, down) : picture;
  return {
    width,
    height,
    // Pillow stores edges as 32-bit floats. The rounding decides which pixels a filter covers.
    data: boxed(small, [0, 0, Math.fround(picture.width / across), Math.fround(picture.height / down)], width, height),
  };
}

/**
 * Averages every `across` × `down` pixels, rounded as in Pillow's `reduce`. The last ones may be fewer.
 *
 * @param {Picture} picture
 * @param {number} across
 * @param {number} down
 * @returns {Picture}
 */
function averaged({ width, height, data }, across, down) {
  const [wide, high] = [Math.ceil(width / across), Math.ceil(height / down)];
  const out = new Uint8Array(wide * high * 4);
  for (let y = 0, to = 0; y < high; y += 1) {
    const bottom = Math.min(height, (y + 1) * down);
    for (let x = 0; x < wide; x += 1, to += 4) {
      const right = Math.min(width, (x + 1) * across);
      const count = (bottom - y * down) * (right - x * across);
      const factor = Math.trunc(Math.fround(2 ** 32 / (256 * count)));
      const sums = [count >> 1, count >> 1, count >> 1];
      for (let row = y * down; row < bottom; row += 1) {
        for (let from = (row * width + x * across) * 4; from < (row * width + right) * 4; from += 4) {
          for (let channel = 0; channel < 3; channel += 1) sums[channel] += data[from + channel];
        }
      }
      for (let channel = 0; channel < 3; channel += 1) out[to + channel] = Math.floor((sums[channel] * factor) / 2 ** 24);
    }
  }
  return { width: wide, height: high, data: out };
}

/**
 * @param {{ width: number, height: number, data: Uint8Array }} small
 * @returns {Foreground}
 */
function foregroundOf({ width, height, data }) {
  const lab = labOf(data);
  const weights = central(width, height);
  const background = backgroundOf(lab, width, height);
  const whole = sumOf(weights);
  let found = weights.map((weight, place) => (background[place] ? 0 : weight));
  const inner = eroded(found, width, height);
  if (sumOf(inner) >= SOLID * sumOf(found)) found = inner;
  return { width, height, lab, weights: sumOf(found) >= LEAST * whole ? found : weights };
}

/** @param {Float64Array} numbers */
const sumOf = (numbers) => numbers.reduce((sum, each) => sum + each, 0);

/**
 * Converts a picture's pixels to OKLab, after brightening a dim picture. Each channel is rounded to 64 steps, as in
 * Python's table.
 *
 * @param {Uint8Array} data
 */
function labOf(data) {
  const brightest = Uint8Array.from({ length: data.length / 3 }, (_, place) =>
    Math.max(data[place * 3], data[place * 3 + 1], data[place * 3 + 2])).sort();
  const at = 0.98 * (brightest.length - 1);
  const below = brightest[Math.floor(at)];
  const level = below + (brightest[Math.ceil(at)] - below) * (at - Math.floor(at));
  const gain = Math.min(GAIN, Math.max(1, WHITE / Math.max(level, 1)));
  const lab = new Float32Array(data.length);
  for (let place = 0; place < data.length; place += 3) {
    const step = (/** @type {number} */ value) => (Math.trunc(Math.min(255, value * gain)) >> 2) + 0.5;
    const [red, green, blue] = [step(data[place]), step(data[place + 1]), step(data[place + 2])];
    lab.set(oklab(linear(red / 64), linear(green / 64), linear(blue / 64)), place);
  }
  return lab;
}

/** @param {number} value */
const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/**
 * B. Ottosson 2020, "A perceptual color space for image processing".
 *
 * @param {number} red  linear, as the others
 * @param {number} green
 * @param {number} blue
 */
function oklab(red, green, blue) {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
  ];
}

/**
 * Returns the weight of each pixel, a normal distribution around the middle.
 *
 * @param {number} width
 * @param {number} height
 */
function central(width, height) {
  const far = (/** @type {number} */ place, /** @type {number} */ side) => ((place + 0.5) / side - 0.5) / SPREAD;
  return Float64Array.from({ length: width * height }, (_, place) =>
    Math.exp(-0.5 * (far(Math.floor(place / width), height) ** 2 + far(place % width, width) ** 2)));
}

/**
 * Finds the background. It computes in 32-bit floats, as NumPy does.
 *
 * @param {Float32Array} lab
 * @param {number} width
 * @param {number} height
 */
function backgroundOf(lab, width, height) {
  const border = [...Array(width * height).keys()].filter((place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    return x < FRAME || y < FRAME || x >= width - FRAME || y >= height - FRAME;
  });
  const every = Math.ceil(border.length / SAMPLE);
  const edge = border.filter((_, index) => index % every === 0);
  const [alike, equal] = [new Uint8Array(width * height), new Uint8Array(width * height)];
  const { fround } = Math;
  for (let place = 0; place < width * height; place += 1) {
    let [near, same] = [0, 0];
    for (const other of edge) {
      const light = fround(lab[place * 3] - lab[other * 3]);
      const red = fround(lab[place * 3 + 1] - lab[other * 3 + 1]);
      const blue = fround(lab[place * 3 + 2] - lab[other * 3 + 2]);
      const lightness = fround(light * light);
      const hue = fround(fround(red * red) + fround(blue * blue));
      if (fround(fround(SHADE * lightness) + hue) < SAME) near += 1;
      if (fround(lightness + hue) < EQUAL) same += 1;
    }
    alike[place] = Number(near >= COMMON * edge.length);
    equal[place] = Number(same >= COMMON * edge.length);
  }
  const joined = reachedFrom(border, alike, width, height);
  return equal.map((is, place) => is | joined[place]);
}

/**
 * Returns the pixels of a mask that are connected to some of its pixels, also diagonally.
 *
 * @param {number[]} seeds
 * @param {Uint8Array} mask
 * @param {number} width
 * @param {number} height
 */
function reachedFrom(seeds, mask, width, height) {
  const reached = new Uint8Array(mask.length);
  const waiting = seeds.filter((place) => mask[place]);
  for (const place of waiting) reached[place] = 1;
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const [x, y] = [place % width, Math.floor(place / width)];
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
        const next = row * width + column;
        if (!mask[next] || reached[next]) continue;
        reached[next] = 1;
        waiting.push(next);
      }
    }
  }
  return reached;
}

/**
 * Erodes weights: sets those to 0 that have a 0 above, below or beside them.
 *
 * @param {Float64Array} weights
 * @param {number} width
 * @param {number} height
 */
function eroded(weights, width, height) {
  return weights.map((weight, place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    const outer =
      (x > 0 && !weights[place - 1]) ||
      (x < width - 1 && !weights[place + 1]) ||
      (y > 0 && !weights[place - width]) ||
      (y < height - 1 && !weights[place + width]);
    return outer ? 0 : weight;
  });
}

/** @param {Foreground} foreground */
function described({ lab, weights }) {
  const cells = new Float64Array(LIGHTNESSES * HUES * HUES);
  for (const [place, weight] of weights.entries()) {
    if (!weight) continue;
    const [light, red, blue] = lab.subarray(place * 3, place * 3 + 3);
    const chroma = Math.hypot(red, blue);
    const factor = chroma ? Math.min(chroma / STRONGEST, 1) ** POWER / chroma : 0;
    const places = [
      Math.min(1, Math.max(0, light)) * (LIGHTNESSES - 1),
      ((red * factor + 1) / 2) * (HUES - 1),
      ((blue * factor + 1) / 2) * (HUES - 1),
    ];
    const lows = places.map((each, axis) => Math.min(Math.trunc(each), (axis ? HUES : LIGHTNESSES) - 2));
    for (let corner = 0; corner < 8; corner += 1) {
      const steps = [corner >> 2, (corner >> 1) & 1, corner & 1];
      let share = weight;
      for (const [axis, step] of steps.entries()) {
        const high = places[axis] - lows[axis];
        share *= step ? high : 1 - high;
      }
      const [row, column, depth] = lows.map((low, axis) => low + steps[axis]);
      cells[(row * HUES + column) * HUES + depth] += share;
    }
  }
  const whole = sumOf(weights);
  return Uint8Array.from(cells, (cell) => even(Math.sqrt(Math.max(0, cell) / whole) * LEVELS));
}
