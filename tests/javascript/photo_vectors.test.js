import assert from "node:assert/strict";
import { test } from "node:test";

import { Vectors } from "../../assets/photo-vectors.js";
import { drawing } from "./random.js";

const DIMENSIONS = 16;
const ROWS = 120;
const draw = drawing(11);
const number = () => draw(2001) / 1000 - 1;
const vector = () => Float32Array.from({ length: DIMENSIONS }, number);

const lengthOf = (given) => Math.hypot(...given);
const unit = (given) => Array.from(given, (value) => value / lengthOf(given));
const dot = (one, other) => one.reduce((sum, value, place) => sum + value * other[place], 0);
const distance = (one, other) => lengthOf(one.map((value, place) => value - other[place]));

/** A catalogue of 60 products with two pictures each, in eight bits, and what these bits mean. */
function catalogue(metric, { centre = null } = {}) {
  const bytes = new Int8Array(ROWS * DIMENSIONS);
  const scales = new Float32Array(ROWS);
  const meant = [];
  for (let row = 0; row < ROWS; row += 1) {
    const exact = metric === "euclidean" ? Array.from(vector()) : unit(vector());
    scales[row] = Math.max(...exact.map(Math.abs)) / 127;
    const kept = exact.map((value) => Math.round(value / scales[row]));
    bytes.set(kept, row * DIMENSIONS);
    meant.push(kept.map((value) => value * scales[row]));
  }
  const owners = Uint32Array.from({ length: ROWS }, (_, row) => row % 60);
  const half = 70 * DIMENSIONS;
  const shards = [bytes.subarray(0, half), bytes.subarray(half)];
  const described = { dimensions: DIMENSIONS, metric };
  return { vectors: new Vectors({ described, centre, scales, owners, shards }), meant, owners };
}

function expected(query, { meant, owners }, metric) {
  const best = new Map();
  for (const [row, kept] of meant.entries()) {
    const closeness = metric === "euclidean" ? -distance(query, kept) : dot(query, kept);
    best.set(owners[row], Math.max(closeness, best.get(owners[row]) ?? -Infinity));
  }
  const order = [...best].sort(([one, high], [other, low]) => low - high || one - other);
  return order.map(([position, closeness]) => [position, metric === "euclidean" ? -closeness : closeness]);
}

function agree(found, wanted) {
  assert.equal(found.length, wanted.length);
  for (const [place, [position, score]] of found.entries()) {
    assert.equal(position, wanted[place][0]);
    assert.ok(Math.abs(score - wanted[place][1]) < 1e-5);
  }
}

for (const metric of ["cosine", "euclidean", "dot"]) {
  test(`the closest products by ${metric} are those that are compared one by one, by their best picture`, () => {
    const stored = catalogue(metric);
    const photo = vector();
    const query = metric === "cosine" ? unit(photo) : Array.from(photo);
    agree(stored.vectors.search([{ embedding: photo }], 60), expected(query, stored, metric));
    agree(stored.vectors.search([{ embedding: photo }], 5), expected(query, stored, metric).slice(0, 5));
  });

  test(`several photos are meant together: their mean is compared by ${metric}`, () => {
    const stored = catalogue(metric);
    const photos = [vector(), vector(), vector()];
    const each = metric === "cosine" ? photos.map(unit) : photos.map((photo) => Array.from(photo));
    const mean = each[0].map((_, place) => (each[0][place] + each[1][place] + each[2][place]) / 3);
    const query = metric === "cosine" ? unit(mean) : mean;
    agree(stored.vectors.search(photos.map((embedding) => ({ embedding })), 60), expected(query, stored, metric));
  });
}

test("the catalogue's centre is taken away from a photo, which is then of unit length", () => {
  const centre = vector();
  const stored = catalogue("cosine", { centre });
  const photo = vector();
  const query = unit(Array.from(photo, (value, place) => value - centre[place]));
  agree(stored.vectors.search([{ embedding: photo }], 60), expected(query, stored, "cosine"));
});

test("equal scores are in the catalogue's order", () => {
  const described = { dimensions: 2, metric: "cosine" };
  const shards = [Int8Array.of(127, 0, 127, 0, 127, 0)];
  const scales = new Float32Array(3).fill(1 / 127);
  const vectors = new Vectors({ described, centre: null, scales, owners: Uint32Array.of(2, 0, 1), shards });
  assert.deepEqual(vectors.search([{ embedding: Float32Array.of(1, 0) }], 3).map(([position]) => position), [0, 1, 2]);
});

test("a photo of nothing has a score all the same", () => {
  const { vectors } = catalogue("cosine");
  for (const [, score] of vectors.search([{ embedding: new Float32Array(DIMENSIONS) }], 60)) assert.equal(score, 0);
});

test("a photo's vector is its parts side by side, each of unit length with its weight", () => {
  const [embedding, mean, centre] = [vector(), vector(), vector()];
  const matrix = Array.from({ length: DIMENSIONS }, () => [number(), number(), number()]);
  const colours = Uint8Array.of(3, 0, 4);
  const parts = { embedding: DIMENSIONS, features: 0.5, heads: [{ weight: 0.7, dimensions: 3 }], colour: 0.4 };
  const less = (other) => Array.from(embedding, (value, place) => value - other[place]);
  const head = [0, 1, 2].map((column) => dot(less(mean), matrix.map((row) => row[column])));
  const weighed = (part, weight) => unit(part).map((value) => value * weight);
  const query = unit([...weighed(less(centre), 0.5), ...weighed(head, 0.7), ...weighed(colours, 0.4)]);
  const row = Int8Array.from({ length: query.length }, () => draw(255) - 127);
  const vectors = new Vectors({
    described: { dimensions: query.length, metric: "cosine", parts },
    centre,
    heads: [Float32Array.from([...mean, ...matrix.flat()])],
    scales: Float32Array.of(1 / 127),
    owners: Uint32Array.of(0),
    shards: [row],
  });
  const [[, score]] = vectors.search([{ embedding, colours }], 1);
  assert.ok(Math.abs(score - dot(query, Array.from(row, (value) => value / 127))) < 1e-5);
});
