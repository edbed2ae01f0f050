import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Products, withRoom } from "../../assets/map-products.js";
import { drawing } from "./random.js";

const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

const positionsIn = (address) => new URL(address, "https://shop.example").searchParams.get("positions").split(",").map(Number);

test("products are fetched a hundred at a time, and each once", async () => {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(positionsIn(address));
    return Response.json(asked.at(-1).map((position) => ({ position, title: `Product ${position}` })));
  };
  const products = new Products("/map/products?recipe=a", assert.fail);
  const wanted = Array.from({ length: 250 }, (_, position) => position);
  await Promise.all([products.fetch(wanted), products.fetch([3, 4])]);
  await products.fetch(wanted);
  assert.deepEqual(asked.map(({ length }) => length), [100, 100, 50]);
  assert.deepEqual(asked.flat(), wanted);
  assert.equal(products.known.get(249).title, "Product 249");
});

test("where they cannot be had, it is said, and asked again the next time", async () => {
  const said = [];
  const products = new Products("/map/products?recipe=a", (sentence) => said.push(sentence));
  globalThis.fetch = async () => new Response("The map is another one now.\n", { status: 404 });
  await products.fetch([1]);
  globalThis.fetch = async () => Promise.reject(new TypeError("network"));
  await products.fetch([1]);
  assert.deepEqual(said, ["The map is another one now.", "The shop cannot be reached. Are you online?"]);
  globalThis.fetch = async () => Response.json([{ position: 1 }]);
  await products.fetch([1]);
  assert.ok(products.known.has(1));
});

function drawnDots(count, { seed = 3, spread = 900 } = {}) {
  const draw = drawing(seed);
  return Array.from({ length: count }, (_, position) => ({ position, x: draw(spread), y: draw(spread), colour: "" }));
}

for (const count of [0, 1, 20, 80, 600]) {
  test(`no two pictures of ${count} dots overlap, and there is one wherever there is room`, () => {
    const dots = drawnDots(count);
    const places = [...withRoom(dots).values()];
    const overlap = (one, other) =>
      Math.abs(one.x - other.x) < places[0].size + 6 && Math.abs(one.y - other.y) < places[0].size + 6;
    for (const [number, one] of places.entries()) {
      for (const other of places.slice(number + 1)) assert.ok(!overlap(one, other));
    }
    for (const dot of dots) assert.ok(places.some((place) => overlap(place, dot)));
  });
}

test("no picture is cut at the edge of the view, and none of its dots is left out for that", () => {
  const view = { width: 900, height: 600 };
  const edges = [[0, 0], [900, 600], [450, 0], [0, 300]].map(([x, y], position) => ({ position, x, y, colour: "" }));
  const places = [...withRoom(edges, view).values()];
  assert.equal(places.length, 4);
  for (const { x, y, size } of places) {
    assert.ok(x >= size / 2 && x <= view.width - size / 2);
    assert.ok(y >= size / 2 && y <= view.height - size / 2);
  }
});

test("where a name stands there is no picture", () => {
  const name = { left: 400, top: 280, right: 480, bottom: 304 };
  const dots = [{ position: 0, x: 440, y: 290, colour: "" }, { position: 1, x: 100, y: 290, colour: "" }];
  assert.deepEqual([...withRoom(dots, { width: 900, height: 600 }, [name]).keys()], [1]);
});

test("the more dots, the smaller the pictures", () => {
  const sizes = [30, 120, 121].map((count) => withRoom(drawnDots(count)).values().next().value.size);
  assert.deepEqual(sizes, [92, 72, 54]);
});

test("which pictures are shown depends on neither the order of the dots nor where the view is", () => {
  const dots = drawnDots(25, { spread: 400 });
  const shown = [...withRoom(dots).keys()];
  assert.deepEqual([...withRoom(dots.toReversed()).keys()], shown);
});
