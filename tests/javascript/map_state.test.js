import assert from "node:assert/strict";
import { test } from "node:test";

import { readState, writtenState } from "../../assets/map-state.js";

const NAMES = new Map([["Cups & mugs", 0], ["Bowls", 1], ["", 2]]);
const NOTHING = { place: null, group: null, box: null };

for (const state of [
  NOTHING,
  { ...NOTHING, place: { x: 120, y: 65535, zoom: 2.125 } },
  { ...NOTHING, group: 0 },
  { ...NOTHING, group: 2 },
  { ...NOTHING, box: { left: 1, top: 2, right: 3, bottom: 4 } },
  { place: { x: 0, y: 7, zoom: 400 }, group: 1, box: { left: 0, top: 0, right: 65535, bottom: 9 } },
]) {
  test(`an address keeps a state: ${JSON.stringify(state)}`, () => {
    assert.deepEqual(readState(writtenState(state, NAMES), NAMES), state);
  });
}

test("the whole map, with nothing chosen, adds nothing to an address", () => {
  assert.equal(writtenState(NOTHING, NAMES), "");
});

test("an address has whole places, three decimals of the zoom, and commas as they are", () => {
  const place = { x: 10.4, y: 20.6, zoom: 1.23456 };
  const box = { left: 0.2, top: 0.8, right: 2.2, bottom: 3 };
  assert.equal(writtenState({ place, group: null, box }, NAMES), "#at=10,21,1.235&box=0,1,2,3");
});

for (const hash of ["", "#", "#at=1,2", "#at=1,2,x", "#at=1,2,Infinity", "#box=1,2,3", "#category=Gone", "#page"]) {
  test(`what says nothing counts for nothing: "${hash}"`, () => {
    assert.deepEqual(readState(hash, NAMES), NOTHING);
  });
}
