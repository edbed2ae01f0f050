import assert from "node:assert/strict";
import { test } from "node:test";

import { SPAN, View } from "../../assets/map-view.js";
import { drawing } from "./random.js";

const BOUNDS = { left: 10000, top: 20000, right: 50000, bottom: 40000 };

function viewOf({ width = 800, height = 600, ...place } = {}) {
  const view = new View(BOUNDS);
  Object.assign(view, { width, height });
  view.moveTo(place);
  return view;
}

const near = (one, other) =>
  assert.ok(one.every((value, place) => Math.abs(value - other[place]) < 1e-6), `${one} is not ${other}`);

test("the whole map is in view at first, with room for pictures around it", () => {
  const view = viewOf();
  near(view.toScreen(BOUNDS.left, 30000), [40, 300]);
  near(view.toScreen(BOUNDS.right, 30000), [760, 300]);
  assert.ok(view.toScreen(30000, BOUNDS.top)[1] >= 40);
});

test("a pixel leads to a place on the map and back", () => {
  const draw = drawing(1);
  for (let trial = 0; trial < 100; trial += 1) {
    const view = viewOf({ x: draw(SPAN), y: draw(SPAN), zoom: 1 + draw(300) });
    const pixel = [draw(800), draw(600)];
    near(view.toScreen(...view.toMap(...pixel)), pixel);
  }
});

test("what lies below the pointer stays there while the map is enlarged", () => {
  const view = viewOf();
  const [x, y] = view.toMap(150, 420);
  for (const factor of [1.5, 3, 0.7, 10]) {
    view.enlarge(factor, [150, 420]);
    near(view.toScreen(x, y), [150, 420]);
  }
});

test("made as small as it gets, the map is in the middle again", () => {
  const view = viewOf({ x: 12000, y: 39000, zoom: 2 });
  view.enlarge(0.1, [10, 10]);
  assert.deepEqual(view.place, view.whole);
});

test("the middle stays on the map, and the map between its smallest and its largest", () => {
  const view = viewOf();
  view.moveTo({ x: -5, y: SPAN + 5, zoom: 1e6 });
  assert.deepEqual(view.place, { x: 0, y: SPAN, zoom: 400 });
  view.moveTo({ zoom: 0.01 });
  assert.equal(view.zoom, 1);
});

test("dragging moves the map with the pointer", () => {
  const view = viewOf({ zoom: 8 });
  const [x, y] = view.toMap(400, 300);
  view.pan(30, -20);
  near(view.toScreen(x, y), [430, 280]);
});

test("a box is what lies between two pixels, whichever comes first", () => {
  const view = viewOf({ zoom: 4 });
  assert.deepEqual(view.between([100, 500], [300, 200]), view.between([300, 200], [100, 500]));
  const { left, top, right, bottom } = view.box(50);
  near([...view.toScreen(left, top), ...view.toScreen(right, bottom)], [-50, -50, 850, 650]);
});

test("a glide begins where the view is, goes one way, and ends where it was sent", () => {
  const view = viewOf();
  view.glideTo({ x: 45000, zoom: 9 }, 1000);
  assert.deepEqual(view.aim, { x: 45000, y: 30000, zoom: 9 });
  let before = view.zoom;
  for (let now = 1000; view.step(now); now += 10) {
    assert.ok(view.zoom >= before);
    before = view.zoom;
    assert.ok(now <= 1220);
  }
  assert.deepEqual(view.place, { x: 45000, y: 30000, zoom: 9 });
  assert.equal(view.step(5000), false);
});

test("a glide ends at the map's edge", () => {
  const view = viewOf();
  view.glideTo({ x: 2 * SPAN, zoom: 1000 }, 0);
  assert.deepEqual(view.aim, { x: SPAN, y: 30000, zoom: 400 });
});

test("a single product does not fill the view", () => {
  const view = new View({ left: 7, top: 7, right: 7, bottom: 7 });
  Object.assign(view, { width: 800, height: 600 });
  assert.ok(view.scale < 10);
});
