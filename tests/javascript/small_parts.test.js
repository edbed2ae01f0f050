import assert from "node:assert/strict";
import { test } from "node:test";

import { addressWith } from "../../assets/controls.js";
import { ARROWS, isPlainClick, isShortcut } from "../../assets/inputs.js";
import { clamp } from "../../assets/numbers.js";

test("a number stays within its bounds", () => {
  assert.deepEqual([-1, 0.5, 7].map((value) => clamp(value, 0, 1)), [0, 0.5, 1]);
});

test("an address has its arguments, with commas as they are, and no question mark without", () => {
  assert.equal(addressWith("/map", new URLSearchParams()), "/map");
  const given = new URLSearchParams([["recipe", "a,b"], ["q", "50% off & more"]]);
  assert.equal(addressWith("/product/a%2Cb", given), "/product/a%2Cb?recipe=a,b&q=50%25+off+%26+more");
});

test("clicks that open a link elsewhere are not plain, nor keys that the browser has a use for", () => {
  const click = { button: 0, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  assert.ok(isPlainClick(click));
  for (const other of [{ button: 1 }, { shiftKey: true }, { ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
    assert.ok(!isPlainClick({ ...click, ...other }));
  }
  assert.ok(!isShortcut({ ...click, shiftKey: true }));
});

test("opposite arrows lead back", () => {
  for (const [one, other] of [["ArrowLeft", "ArrowRight"], ["ArrowUp", "ArrowDown"]]) {
    assert.deepEqual(ARROWS[one].map((step, axis) => step + ARROWS[other][axis]), [0, 0]);
  }
});
