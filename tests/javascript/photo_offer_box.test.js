import assert from "node:assert/strict";
import { test } from "node:test";

import { standingOut } from "../../assets/photo-colour.js";

const GREY = [200, 198, 196];
const RED = [180, 30, 30];

/** A picture of one colour with a rectangle in another, both of four bytes a pixel. */
function withRectangle({ colour, around, left, top, wide, high, width = 240, height = 160 }) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let place = 0; place < width * height; place += 1) {
    const [x, y] = [place % width, Math.floor(place / width)];
    const isInside = x >= left && x < left + wide && y >= top && y < top + high;
    data.set([...(isInside ? colour : around), 255], place * 4);
  }
  return { width, height, data };
}

test("what stands out gets a box with some of the background around it", () => {
  const box = standingOut(withRectangle({ colour: RED, around: GREY, left: 120, top: 40, wide: 60, high: 40 }));
  assert.ok(box.x < 120 / 240 && box.x > 90 / 240 && box.y < 40 / 160 && box.y > 10 / 160);
  assert.ok(box.x + box.width > 180 / 240 && box.x + box.width < 215 / 240);
  assert.ok(box.y + box.height > 80 / 160 && box.y + box.height < 120 / 160);
});

test("a box at the edge ends there", () => {
  const box = standingOut(withRectangle({ colour: RED, around: GREY, left: 180, top: 110, wide: 55, high: 45 }));
  assert.ok(box.x + box.width <= 1 && box.y + box.height <= 1);
});

test("no box is offered for what fills the photo, has the background's colour, or for nothing at all", () => {
  const filling = { left: 30, top: 20, wide: 180, high: 120 };
  assert.equal(standingOut(withRectangle({ colour: RED, around: GREY, ...filling })), null);
  const near = { left: 120, top: 40, wide: 60, high: 40 };
  assert.equal(standingOut(withRectangle({ colour: [172, 170, 168], around: GREY, ...near })), null);
  assert.equal(standingOut(withRectangle({ colour: GREY, around: GREY, ...near })), null);
});
