import assert from "node:assert/strict";
import { test } from "node:test";

import { middles } from "../../assets/map-names.js";

// Of group 1 twelve points lie together and three far away, of group 2 all four.
const places = [
  ...Array.from({ length: 12 }, (_, number) => [1, 1000 + number, 2000]),
  [1, 60000, 60000], [1, 60001, 60000], [1, 60002, 60000],
  [2, 30000, 40000], [2, 30010, 40000], [2, 30020, 40000], [2, 30030, 40000],
];
const points = {
  count: places.length,
  group: Uint16Array.from(places, ([group]) => group),
  x: Uint16Array.from(places, ([, x]) => x),
  y: Uint16Array.from(places, ([, , y]) => y),
  bounds: { left: 1000, top: 2000, right: 60002, bottom: 60000 },
  meant: null,
};

test("a group's name stands where most of it lies together", () => {
  const found = middles(points);
  assert.deepEqual(found.get(1), { count: 15, x: 1005.5, y: 2000 });
  assert.deepEqual(found.get(2), { count: 4, x: 30015, y: 40000 });
});

test("where only some points are meant, it stands there, and groups without any have none", () => {
  const meant = Uint8Array.from(places, ([group, x]) => Number(group === 1 && x >= 60000));
  const found = middles({ ...points, meant });
  assert.deepEqual([...found], [[1, { count: 3, x: 60001, y: 60000 }]]);
});
