import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { local, session } from "../../assets/storage.js";
import { forbidStorage, useStorage } from "./fake_storage.js";

beforeEach(() => {
  useStorage();
  local.clear();
  session.clear();
});

test("what was written is read again, from the storage that it was written to", () => {
  local.write("theme", "dark");
  assert.equal(local.read("theme"), "dark");
  assert.equal(session.read("theme"), null);
  assert.deepEqual({ ...localStorage }, { "akin-theme": '"dark"' });
});

test("null removes", () => {
  local.write("visits", ["a"]);
  local.write("visits", null);
  assert.equal(local.read("visits"), null);
  assert.deepEqual(Object.keys(localStorage), []);
});

test("what is no JSON is read as nothing", () => {
  localStorage.setItem("akin-visits", "nonsense");
  assert.equal(local.read("visits"), null);
});

test("forgetting spares what is not the shop's", () => {
  localStorage.setItem("other", "stays");
  local.write("visits", ["a"]);
  local.clear();
  assert.deepEqual({ ...localStorage }, { other: "stays" });
});

test("where storage may not be used, it lasts as long as the page", () => {
  forbidStorage();
  local.write("visits", ["a"]);
  assert.deepEqual(local.read("visits"), ["a"]);
  local.clear();
  assert.equal(local.read("visits"), null);
});

test("what storage could take later is there from then on", () => {
  forbidStorage();
  local.write("visits", ["a"]);
  useStorage();
  local.write("visits", ["b", "a"]);
  assert.equal(localStorage.getItem("akin-visits"), '["b","a"]');
});
