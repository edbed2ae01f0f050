import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { local } from "../../assets/storage.js";
import {
  addVisit, argumentsOfPicks, forgetPicks, forgetVisits, picks, togglePick, visits,
} from "../../assets/visits.js";
import { forbidStorage, useStorage } from "./fake_storage.js";

beforeEach(() => {
  useStorage();
  local.clear();
});

const pick = (id) => ({ id, title: `Product ${id}`, picture: null });
const ids = () => picks().map(({ id }) => id);

test("the last product that was looked at comes first, each once", () => {
  for (const id of ["a", "b", "a", "c"]) addVisit(id);
  assert.deepEqual(visits(), ["c", "a", "b"]);
});

test("the last twenty are kept of each", () => {
  for (let number = 0; number < 25; number += 1) {
    addVisit(String(number));
    togglePick(pick(String(number)));
  }
  assert.equal(visits().length, 20);
  assert.equal(visits()[0], "24");
  assert.equal(visits().at(-1), "5");
  assert.equal(picks().length, 20);
  assert.equal(ids()[0], "5");
  assert.equal(ids().at(-1), "24");
});

test("picking twice puts a product back, and leaves the others in order", () => {
  for (const id of ["a", "b", "c", "b"]) togglePick(pick(id));
  assert.deepEqual(ids(), ["a", "c"]);
});

test("some are forgotten, or all, and then nothing is stored", () => {
  for (const id of ["a", "b"]) {
    addVisit(id);
    togglePick(pick(id));
  }
  forgetVisits((id) => id === "a");
  forgetPicks((id) => id === "b");
  assert.deepEqual([visits(), ids()], [["b"], ["a"]]);
  forgetVisits(() => true);
  forgetPicks(() => true);
  assert.deepEqual([visits(), ids(), Object.keys(localStorage)], [[], [], []]);
});

for (const stored of ["{}", "nonsense", "7", '{"akin": []}', "null"]) {
  test(`stored nonsense counts for nothing: ${stored}`, () => {
    localStorage.setItem("akin-visits", stored);
    localStorage.setItem("akin-picks", stored);
    assert.deepEqual([visits(), picks()], [[], []]);
  });
}

test("entries of another kind are passed over", () => {
  localStorage.setItem("akin-visits", '["a", 7, null, "b"]');
  localStorage.setItem("akin-picks", '[{"id": "a", "title": "A"}, null, {"id": 7}, "b"]');
  assert.deepEqual([visits(), ids()], [["a", "b"], ["a"]]);
});

test("without storage they last as long as the page", () => {
  forbidStorage();
  addVisit("a");
  togglePick(pick("b"));
  assert.deepEqual([visits(), ids()], [["a"], ["b"]]);
});

test("the arguments of picks take ids of any characters", () => {
  for (const id of ["a//b/", "c&d=e", "ü 1"]) togglePick(pick(id));
  const { pathname, searchParams } = new URL(argumentsOfPicks(), "https://shop.example/look/for-you");
  assert.equal(pathname, "/look/for-you");
  assert.deepEqual(searchParams.getAll("like"), ["a//b/", "c&d=e", "ü 1"]);
});
