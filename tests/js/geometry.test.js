import assert from "node:assert/strict";
import { test } from "node:test";

import { clamp, distance, orderedBox, squareCorner, toEighths } from "../../static/js/models/geometry.js";

test("eighths are the nearest integers, and zero has no sign", () => {
  assert.equal(toEighths(1.06), 8);
  assert.equal(toEighths(1.07), 9);
  assert.ok(Object.is(toEighths(-0.01), 0));
});

test("a square takes the longer side and the pointer's direction", () => {
  assert.deepEqual(squareCorner(10, 10, 13, 4), [16, 4]);
  assert.deepEqual(squareCorner(10, 10, 2, 9), [2, 2]);
});

test("boxes are ordered, values clamped, distances Euclidean", () => {
  assert.deepEqual(orderedBox(5, 1, 2, 8), { x0: 2, y0: 1, x1: 5, y1: 8 });
  assert.deepEqual([clamp(-1, 0, 3), clamp(2, 0, 3), clamp(9, 0, 3)], [0, 2, 3]);
  assert.equal(distance(1, 1, 4, 5), 5);
});
