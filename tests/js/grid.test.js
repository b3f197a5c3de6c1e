import assert from "node:assert/strict";
import { test } from "node:test";

import { gridStep } from "../../static/js/models/grid.js";

const go = (key, from) => gridStep(key, from, 10, 4);

test("arrows go to the neighbours, rows included", () => {
  assert.deepEqual(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => go(key, 5)), [4, 6, 1, 9]);
});

test("at the edges they lead nowhere", () => {
  assert.equal(go("ArrowLeft", 0), null);
  assert.equal(go("ArrowUp", 3), null);
  assert.equal(go("ArrowRight", 9), null);
  assert.equal(go("ArrowDown", 6), null);
});

test("the first and the last are one key away", () => {
  assert.deepEqual([go("Home", 5), go("End", 5), go("Home", 0)], [0, 9, null]);
});

test("other keys are none of its business", () => {
  assert.equal(go("Tab", 5), null);
  assert.equal(go("a", 5), null);
});
