import assert from "node:assert/strict";
import { test } from "node:test";

import { between, moved } from "../../assets/photo-box.js";
import { drawing } from "./random.js";

const LEAST = 0.04;
const share = (draw) => draw(1001) / 1000;

function fits({ x, y, width, height }) {
  const slack = 1e-9;
  assert.ok(x >= -slack && y >= -slack && x + width <= 1 + slack && y + height <= 1 + slack);
  assert.ok(width >= LEAST - slack && height >= LEAST - slack);
}

test("a box lies between its corners, whichever is drawn first", () => {
  assert.deepEqual(between([0.25, 0.75], [0.5, 0.5]), { x: 0.25, y: 0.5, width: 0.25, height: 0.25 });
  assert.deepEqual(between([0.5, 0.5], [0.25, 0.75]), { x: 0.25, y: 0.5, width: 0.25, height: 0.25 });
});

test("a box is moved as a whole, and no farther than the picture goes", () => {
  const box = { x: 0.25, y: 0.5, width: 0.5, height: 0.25 };
  assert.deepEqual(moved(box, "move", 0.125, -0.25), { ...box, x: 0.375, y: 0.25 });
  assert.deepEqual(moved(box, "move", 1, 1), { ...box, x: 0.5, y: 0.75 });
});

test("a corner moves two sides, and the others stay", () => {
  const box = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
  assert.deepEqual(moved(box, "nw", 0.125, -0.125), { x: 0.375, y: 0.125, width: 0.375, height: 0.625 });
  assert.deepEqual(moved(box, "se", 0.125, -0.125), { x: 0.25, y: 0.25, width: 0.625, height: 0.375 });
});

test("whatever is done to it, a box stays in the picture and large enough to be seen", () => {
  const draw = drawing(5);
  for (let trial = 0; trial < 500; trial += 1) {
    const box = between([share(draw), share(draw)], [share(draw), share(draw)]);
    fits(box);
    for (const handle of ["move", "nw", "ne", "sw", "se"]) {
      fits(moved(box, handle, 2 * share(draw) - 1, 2 * share(draw) - 1));
    }
  }
});
