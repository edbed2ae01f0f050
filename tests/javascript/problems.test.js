import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Problem, ask } from "../../assets/problems.js";

const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

async function problemAt(answer) {
  globalThis.fetch = async () => answer;
  const problem = await ask("/api").catch((error) => error);
  assert.ok(problem instanceof Problem);
  return [problem.message, problem.seconds];
}

test("an answer is passed on", async () => {
  globalThis.fetch = async (address, { method }) => new Response(`${method} ${address}`);
  assert.equal(await (await ask("/api", { method: "POST" })).text(), "POST /api");
});

test("a shop that cannot be reached can be asked again at once", async () => {
  assert.deepEqual(
    await problemAt(Promise.reject(new TypeError("network"))),
    ["The shop cannot be reached. Are you online?", 0],
  );
});

for (const [what, body, sentence] of [
  ["the sentence of a JSON answer", '{"detail": "Expected a picture."}', "Expected a picture."],
  ["a plain text", "No such map.\n", "No such map."],
  ["nothing of a page", "<!doctype html><p>Error", "The shop answers with an error (404)."],
  ["nothing where there is nothing", "", "The shop answers with an error (404)."],
  ["nothing of JSON without a sentence", "{}", "The shop answers with an error (404)."],
]) {
  test(`the visitor is told ${what}`, async () => {
    assert.deepEqual(await problemAt(new Response(body, { status: 404 })), [sentence, null]);
  });
}

for (const [code, sentence] of [
  ["photo-unsupported", "This file is not a photo that can be read. JPEG, PNG, WebP and HEIC can be."],
  ["another", "The shop answers with an error (422)."],
]) {
  test(`a page in another language than the answer says what its code means: ${code}`, async () => {
    const body = JSON.stringify({ detail: "The photo cannot be used.", code });
    const headers = { "Content-Language": "xx" };
    assert.deepEqual(await problemAt(new Response(body, { status: 422, headers })), [sentence, null]);
  });
}

for (const [status, headers, seconds] of [
  [429, { "Retry-After": "12" }, 12],
  [503, {}, 0],
  [500, { "Retry-After": "Fri, 27 Nov 2026 20:00:00 GMT" }, 0],
  [422, { "Retry-After": "12" }, null],
  [408, {}, 0],
]) {
  test(`status ${status} is worth another try: ${seconds === null ? "no" : `after ${seconds} s`}`, async () => {
    const [, found] = await problemAt(new Response("No.", { status, headers }));
    assert.equal(found, seconds);
  });
}
