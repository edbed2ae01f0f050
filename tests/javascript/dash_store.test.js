import assert from "node:assert/strict";
import { test } from "node:test";

import { Stores } from "../../assets/dash-store.js";

const PAGE = ["props", "children", 3];

function storeWith(layoutHashes) {
  const heard = [];
  const store = { dispatch: (action) => heard.push(action), getState: () => ({ layoutHashes }) };
  const stores = new Stores();
  assert.equal(stores.push(store), 1);
  assert.deepEqual([...stores], [store]);
  return { store, heard };
}

test("a reset goes to the store where there is something to forget, there or below", () => {
  for (const known of ["props,children,3", "props,children,3,props,children,0"]) {
    const { store, heard } = storeWith({ [known]: { hash: 1 } });
    const reset = { type: "RESET_COMPONENT_STATE", payload: { itempath: PAGE } };
    store.dispatch(reset);
    assert.deepEqual(heard, [reset]);
  }
});

test("where there is nothing to forget, the store does not hear of it", () => {
  const { store, heard } = storeWith({ "props,children,0": { hash: 1 } });
  const reset = { type: "RESET_COMPONENT_STATE", payload: { itempath: PAGE } };
  assert.equal(store.dispatch(reset), reset);
  assert.deepEqual(heard, []);
});

test("the store hears of everything else", () => {
  const { store, heard } = storeWith({});
  const others = [() => {}, { type: "ON_PROP_CHANGE", payload: { itempath: PAGE } }, { type: "RESET_COMPONENT_STATE" }];
  for (const other of others) store.dispatch(other);
  assert.deepEqual(heard, others);
});
