import assert from "node:assert/strict";
import { test } from "node:test";

import { Points } from "../../assets/map-points.js";
import { drawing } from "./random.js";

const COUNT = 3000;
const draw = drawing(7);
const columns = new Uint16Array(3 * COUNT);
for (let point = 0; point < COUNT; point += 1) {
  columns[point] = draw(65536);
  columns[COUNT + point] = draw(65536);
  columns[2 * COUNT + point] = draw(14);
}
const points = new Points(columns.buffer);
const all = Array.from({ length: COUNT }, (_, point) => point);

const isInside = (point, { left, top, right, bottom }) =>
  points.x[point] >= left && points.x[point] <= right && points.y[point] >= top && points.y[point] <= bottom;

function drawnBox() {
  const [x, y] = [[draw(65536), draw(65536)], [draw(65536), draw(65536)]];
  return { left: Math.min(...x), right: Math.max(...x), top: Math.min(...y), bottom: Math.max(...y) };
}

test("the columns are x, y and group", () => {
  assert.equal(points.count, COUNT);
  assert.deepEqual([points.x[5], points.y[5], points.group[5]], [columns[5], columns[COUNT + 5], columns[2 * COUNT + 5]]);
});

test("what is not meant is neither found nor drawn in its colour", () => {
  const meant = Uint8Array.from(all, (point) => Number(point % 3 === 0));
  const some = Object.assign(new Points(columns.buffer), { meant });
  const everywhere = { left: 0, top: 0, right: 65535, bottom: 65535 };
  assert.deepEqual([...some.inside(everywhere)], all.filter((point) => point % 3 === 0));
  assert.deepEqual([...some.drawn.slice(0, 3)], [columns[2 * COUNT], 65535, 65535]);
  assert.equal(points.drawn, points.group);
});

test("the bounds hold all points, and no more", () => {
  const { left, top, right, bottom } = points.bounds;
  assert.deepEqual(
    [left, top, right, bottom],
    [Math.min(...points.x), Math.min(...points.y), Math.max(...points.x), Math.max(...points.y)],
  );
});

test("the points in a box are those that are looked up one by one", () => {
  for (let trial = 0; trial < 50; trial += 1) {
    const box = drawnBox();
    const expected = all.filter((point) => isInside(point, box));
    assert.deepEqual([...points.inside(box)], expected);
    const ofGroup = expected.filter((point) => points.group[point] === 3);
    assert.deepEqual([...points.inside(box, { group: 3 })], ofGroup);
  }
});

test("the edges of a box belong to it", () => {
  const [x, y] = [points.x[9], points.y[9]];
  assert.ok(points.inside({ left: x, top: y, right: x, bottom: y }).includes(9));
});

test("a box may reach beyond the map", () => {
  assert.equal(points.inside({ left: -1e5, top: -1e5, right: 1e6, bottom: 1e6 }).length, COUNT);
});

test("too many are none", () => {
  const box = drawnBox();
  const { length } = points.inside(box);
  assert.equal(points.inside(box, { most: length - 1 }), null);
  assert.equal(points.inside(box, { most: length })?.length, length);
});

test("the nearest point is the one that is found one by one", () => {
  for (let trial = 0; trial < 200; trial += 1) {
    const [x, y, reach] = [draw(65536), draw(65536), 1 + draw(2000)];
    const far = (point) => (points.x[point] - x) ** 2 + (points.y[point] - y) ** 2;
    const best = all.reduce((one, other) => (far(other) < far(one) ? other : one));
    const found = points.nearest(x, y, reach);
    if (far(best) > reach ** 2) assert.equal(found, null);
    else assert.equal(far(found), far(best));
  }
});

test("the nearest of a group passes over the others", () => {
  const other = (points.group[9] + 1) % 14;
  const found = points.nearest(points.x[9], points.y[9], 70000, other);
  assert.equal(points.group[found], other);
});
