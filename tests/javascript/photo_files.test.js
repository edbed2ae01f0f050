import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { allOf, answerOf, contentOf, withoutKnown } from "../../assets/photo-files.js";

const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

const file = (name, bytes = 10) => ({ href: `/live/${name}`, bytes, unpacked: 2 * bytes });
const NAMES = ["library", "script", "wasm", "model", "scales", "owners"];
const FILES = {
  ...Object.fromEntries(NAMES.map((name) => [name, file(name)])),
  described: {},
  ids: { href: "/live/ids.json" },
  vectors: [file("vectors.0", 100), file("vectors.1", 100)],
  bytes: 260,
};

/** Answers every request with some parts, one after the other. */
function answerWith(...parts) {
  globalThis.fetch = async () => new Response(ReadableStream.from(parts.map((part) => Uint8Array.from(part))));
}

test("a file is put together from its parts, and each part counts as it travels", async () => {
  answerWith([1, 2, 3], [4], [5, 6]);
  const arrived = [];
  const content = await contentOf({ href: "/live/a", bytes: 3, unpacked: 6 }, (bytes) => arrived.push(bytes));
  assert.deepEqual([...content], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(arrived, [1.5, 0.5, 1]);
});

for (const unpacked of [5, 7]) {
  test(`a file of 6 bytes is not taken for one of ${unpacked}`, async () => {
    answerWith([1, 2, 3], [4, 5, 6]);
    await assert.rejects(contentOf({ href: "/live/a", bytes: 3, unpacked }, () => {}), /\/live\/a has another size/);
  });
}

test("what goes wrong on the way is said", async () => {
  globalThis.fetch = async () => new Response("", { status: 503 });
  await assert.rejects(answerOf(file("a")), /\/live\/a answers 503/);
  globalThis.fetch = async () => Promise.reject(new TypeError("network"));
  await assert.rejects(answerOf(file("a")), /the download broke off/);
  const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError("network")) });
  globalThis.fetch = async () => new Response(broken);
  await assert.rejects(contentOf(file("a"), () => {}), /the download broke off/);
});

test("of what the browser has fetched before, nothing travels", () => {
  assert.equal(withoutKnown(FILES, new Set()).bytes, 260);
  const left = withoutKnown(FILES, new Set(["/live/model", "/live/vectors.1"]));
  assert.equal(left.bytes, 150);
  assert.deepEqual([left.model.bytes, left.model.unpacked, left.vectors[1].bytes, left.wasm.bytes], [0, 20, 0, 10]);
  assert.equal("centre" in left, false);
  const all = new Set(allOf(FILES).map(({ href }) => href));
  assert.equal(withoutKnown({ ...FILES, centre: file("model") }, all).bytes, 0);
  const withHeads = { ...FILES, heads: [file("head.0"), file("head.1", 30)] };
  assert.equal(withoutKnown(withHeads, new Set([...all, "/live/head.1"])).bytes, 10);
});
