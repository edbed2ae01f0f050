import assert from "node:assert/strict";
import { test } from "node:test";

import { descriptorOf } from "../../assets/photo-colour.js";
import { load, search } from "../../assets/photo-engine.js";

const EMBEDDING = [1, 2, 2, 4];
const CENTRE = [1, 0, 0, 0];
const PARTS = { embedding: 4, features: 0.6, heads: [{ weight: 0.5, dimensions: 2 }], colour: 0.4, colours: 294 };
const HEAD = [0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1];
const LITERT = `
export const loadLiteRt = async () => {};
export class Tensor { delete() {} }
const output = { data: async () => Float32Array.of(${EMBEDDING}), delete() {} };
export const loadAndCompile = async () => ({ run: async () => [output] });
`;

const unit = (numbers) => numbers.map((number) => number / Math.hypot(...numbers));
const weighed = (numbers, weight) => unit(numbers).map((number) => number * weight);

/** A red square on white. */
function picture() {
  const data = new Uint8Array(60 * 60 * 4).fill(255);
  for (let place = 0; place < 3600; place += 1) {
    const [x, y] = [place % 60, Math.floor(place / 60)];
    if (x > 15 && x < 45 && y > 15 && y < 45) data.set([200, 16, 46], place * 4);
  }
  return { width: 60, height: 60, data };
}

test("a photo is compared by its embedding, its heads and its colours", async () => {
  const colours = Array.from(descriptorOf(picture()));
  const head = [0, 1].map((column) =>
    EMBEDDING.reduce((sum, value, row) => sum + (value - HEAD[row]) * HEAD[4 + row * 2 + column], 0));
  const whole = unit([
    ...weighed(EMBEDDING.map((value, place) => value - CENTRE[place]), PARTS.features),
    ...weighed(head, 0.5),
    ...weighed(colours, PARTS.colour),
  ]);
  const scale = Math.max(...whole) / 127;
  const contents = {
    centre: Float32Array.from(CENTRE),
    head: Float32Array.from(HEAD),
    scales: Float32Array.of(scale, 0),
    owners: Uint32Array.of(0, 1),
    vectors: Int8Array.from([...whole.map((value) => Math.round(value / scale)), ...whole.map(() => 0)]),
    model: Uint8Array.of(0),
    wasm: Uint8Array.of(0),
  };
  const listed = (name) => {
    const bytes = contents[name].byteLength;
    return { href: `/live/${name}`, bytes, unpacked: bytes };
  };
  const { fetch, self } = globalThis;
  globalThis.self = globalThis;
  globalThis.fetch = async (href) => {
    if (href === "/live/ids.json") return new Response(JSON.stringify(["red", "none"]));
    return new Response(new Uint8Array(contents[href.slice("/live/".length)].buffer));
  };
  try {
    await load({
      described: {
        dimensions: whole.length,
        metric: "cosine",
        form: { input_size: 8, resize: "crop", interpolation: "bicubic" },
        parts: PARTS,
      },
      library: { href: `data:text/javascript,${encodeURIComponent(LITERT)}`, bytes: 0, unpacked: 0 },
      script: { href: "/live/script", bytes: 0, unpacked: 0 },
      ...Object.fromEntries(["wasm", "model", "centre", "scales", "owners"].map((name) => [name, listed(name)])),
      heads: [listed("head")],
      vectors: [listed("vectors")],
      ids: { href: "/live/ids.json" },
      bytes: 1,
    }, () => {});
    const { similar } = await search([picture()]);
    assert.deepEqual(similar.map(([id]) => id), ["red", "none"]);
    assert.ok(Math.abs(similar[0][1] - 1) < 0.01 && similar[1][1] === 0);
  } finally {
    Object.assign(globalThis, { fetch, self });
  }
});
