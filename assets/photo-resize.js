// Crops and resizes a picture for the extractor, and rounds every bit as Pillow does: this is Pillow's resampling with
// 22 fractional bits (ImagingResample, 8 bits per channel). A canvas resizes differently in each browser.

const PRECISION = 22;

/**
 * @typedef {object} Form  How an extractor's input is made.
 * @property {number} size  pixels of each side
 * @property {string} resize  "crop", "letterbox" or "squash", as in the recipe
 * @property {string} interpolation  as in the recipe
 */

/** @typedef {{ width: number, height: number, data: Uint8Array | Uint8ClampedArray }} Picture  four bytes a pixel */
/** @typedef {[left: number, top: number, right: number, bottom: number]} Edges  in pixels */
/** @typedef {{ support: number, weight: (x: number) => number }} Filter */
/** @typedef {{ width: number, channels: number, data: Uint8Array | Uint8ClampedArray }} Lines */

/** @param {number} x */
const sinc = (x) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

/** @type {Readonly<Record<string, Filter>>} */
const FILTERS = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => bicubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * Keys' cubic with a = -0.5.
 *
 * @param {number} x  at least 0
 */
function bicubic(x) {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * x * -0.5 + 2 : 0;
}

/** @param {{ interpolation: string }} form */
export const canResize = ({ interpolation }) => interpolation in FILTERS || interpolation === "nearest";

/**
 * Makes the extractor's input from a picture: `size` × `size` × 3 bytes.
 *
 * @param {Picture} picture
 * @param {Form} form
 */
export function toInput(picture, { size, resize, interpolation }) {
  const { width, height } = picture;
  /**
   * @param {Edges} edges
   * @param {number} wide
   * @param {number} high
   */
  const resample = (edges, wide, high) =>
    interpolation === "nearest"
      ? nearest(picture, edges, wide, high)
      : resampled(picture, edges, wide, high, FILTERS[interpolation]);
  if (resize === "squash") return resample([0, 0, width, height], size, size);
  if (resize === "letterbox") {
    const [wide, high] = width >= height ? [size, even((height / width) * size)] : [even((width / height) * size), size];
    return framed(resample([0, 0, width, height], wide, high), wide, high, size);
  }
  const side = Math.min(width, height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  return resample([left, top, left + side, top + side], size, size);
}

/**
 * Resizes a part of a picture by the filter `box`, to three bytes per pixel.
 *
 * @param {Picture} picture
 * @param {Edges} edges
 * @param {number} wide
 * @param {number} high
 */
export const boxed = (picture, edges, wide, high) => resampled(picture, edges, wide, high, FILTERS.box);

/**
 * Rounds as Python does: halves to the even number.
 *
 * @param {number} number
 */
export function even(number) {
  const below = Math.floor(number);
  return number - below === 0.5 ? below + (below % 2) : Math.round(number);
}

/**
 * Centres a picture on a white square.
 *
 * @param {Uint8Array} pixels
 * @param {number} width
 * @param {number} height
 * @param {number} size
 */
function framed(pixels, width, height, size) {
  const whole = new Uint8Array(size * size * 3).fill(255);
  const [left, top] = [even((size - width) / 2), even((size - height) / 2)];
  for (let row = 0; row < height; row += 1) {
    whole.set(pixels.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * size + left) * 3);
  }
  return whole;
}

/**
 * @param {Picture} picture
 * @param {Edges} edges
 * @param {number} wide
 * @param {number} high
 */
function nearest({ width, data }, [left, top, right, bottom], wide, high) {
  const [columns, rows] = [placesOf(left, right, wide), placesOf(top, bottom, high)];
  const out = new Uint8Array(wide * high * 3);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * width + column) * 4;
      for (let channel = 0; channel < 3; channel += 1, to += 1) out[to] = data[from + channel];
    }
  }
  return out;
}

/**
 * Returns the pixel in the middle of each step. The steps are summed one by one to round as Pillow does.
 *
 * @param {number} begin
 * @param {number} end
 * @param {number} out  how many steps
 */
function placesOf(begin, end, out) {
  const step = (end - begin) / out;
  let at = begin + step * 0.5;
  return Array.from({ length: out }, () => {
    const place = Math.trunc(at);
    at += step;
    return place;
  });
}

/**
 * Returns, for each of `out` pixels, its first source pixel, their number, and their weights in fixed point.
 *
 * @param {number} length  how many pixels there are
 * @param {number} begin  the edge of the first pixel to use
 * @param {number} end
 * @param {number} out
 * @param {Filter} filter
 */
function weightsOf(length, begin, end, out, { support, weight }) {
  const scale = (end - begin) / out;
  const wider = Math.max(1, scale);
  const reach = support * wider;
  const most = Math.ceil(reach) * 2 + 1;
  const [firsts, counts, weights] = [new Int32Array(out), new Int32Array(out), new Int32Array(out * most)];
  for (let place = 0; place < out; place += 1) {
    const centre = begin + (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(length, Math.trunc(centre + reach + 0.5)) - first;
    const given = Array.from({ length: count }, (_, index) => weight((first + index - centre + 0.5) / wider));
    const sum = given.reduce((total, each) => total + each, 0);
    for (let index = 0; index < count; index += 1) {
      const exact = (given[index] / sum) * 2 ** PRECISION;
      weights[place * most + index] = Math.trunc(exact + (exact < 0 ? -0.5 : 0.5));
    }
    firsts[place] = first;
    counts[place] = count;
  }
  return { firsts, counts, weights, most };
}

const HALF = 1 << (PRECISION - 1);

/**
 * Resizes along the rows first, or along the columns if that removes over twice as many lines, as Pillow 13 does. The
 * order matters because the intermediate result is rounded to bytes.
 *
 * @param {Picture} picture
 * @param {Edges} edges
 * @param {number} wide
 * @param {number} high
 * @param {Filter} filter
 */
function resampled({ width, height, data }, [left, top, right, bottom], wide, high, filter) {
  const across = weightsOf(width, left, right, wide, filter);
  const down = weightsOf(height, top, bottom, high, filter);
  const whole = { width, channels: 4, data };
  if (height > high && height - high > 2 * (width - wide)) {
    const between = alongColumns(whole, down, 0, width);
    return new Uint8Array(alongRows(between, across, 0, high).data.buffer);
  }
  const begin = down.firsts[0];
  const rows = down.firsts[high - 1] + down.counts[high - 1] - begin;
  const between = alongRows(whole, across, begin, rows);
  return new Uint8Array(alongColumns(between, down, begin, wide).data.buffer);
}

/**
 * Resizes each of `rows` rows, the first at `begin`.
 *
 * @param {Lines} lines
 * @param {ReturnType<typeof weightsOf>} weights
 * @param {number} begin
 * @param {number} rows
 */
function alongRows({ width, channels, data }, { firsts, counts, weights, most }, begin, rows) {
  const wide = firsts.length;
  const out = new Uint8ClampedArray(rows * wide * 3);
  for (let row = 0, to = 0; row < rows; row += 1) {
    const line = (begin + row) * width;
    for (let x = 0; x < wide; x += 1, to += 3) {
      let [red, green, blue] = [HALF, HALF, HALF];
      for (let index = 0, from = (line + firsts[x]) * channels; index < counts[x]; index += 1, from += channels) {
        const share = weights[x * most + index];
        red += share * data[from];
        green += share * data[from + 1];
        blue += share * data[from + 2];
      }
      out[to] = red >> PRECISION;
      out[to + 1] = green >> PRECISION;
      out[to + 2] = blue >> PRECISION;
    }
  }
  return { width: wide, channels: 3, data: out };
}

/**
 * Resizes all columns. The first row given is the one at `begin`.
 *
 * @param {Lines} lines
 * @param {ReturnType<typeof weightsOf>} weights
 * @param {number} begin
 * @param {number} columns
 */
function alongColumns({ width, channels, data }, { firsts, counts, weights, most }, begin, columns) {
  const high = firsts.length;
  const out = new Uint8ClampedArray(high * columns * 3);
  const sums = new Float64Array(columns * 3);
  for (let y = 0; y < high; y += 1) {
    sums.fill(HALF);
    for (let index = 0; index < counts[y]; index += 1) {
      const share = weights[y * most + index];
      let from = (firsts[y] - begin + index) * width * channels;
      for (let to = 0; to < columns * 3; to += 3, from += channels) {
        sums[to] += share * data[from];
        sums[to + 1] += share * data[from + 1];
        sums[to + 2] += share * data[from + 2];
      }
    }
    for (let to = 0; to < sums.length; to += 1) out[y * sums.length + to] = sums[to] >> PRECISION;
  }
  return { width: columns, channels: 3, data: out };
}
