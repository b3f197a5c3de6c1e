import assert from "node:assert/strict";
import { test } from "node:test";

import { swipeStep } from "../../static/js/lib/swipe.js";

test("to the left is on, to the right is back", () => {
  assert.equal(swipeStep(-80, 5), 1);
  assert.equal(swipeStep(80, -20), -1);
});

test("a tap, a tremble and a scroll are no swipe", () => {
  assert.equal(swipeStep(0, 0), 0);
  assert.equal(swipeStep(30, 0), 0);
  assert.equal(swipeStep(60, 300), 0);
  assert.equal(swipeStep(-60, 55), 0);
});
