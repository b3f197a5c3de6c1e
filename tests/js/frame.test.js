import assert from "node:assert/strict";
import { test } from "node:test";

import { moved, pulled, settled } from "../../static/js/models/frame.js";

const ground = { mask: [40, 40, 60, 50], picture: { width: 100, height: 80 } };

test("a frame stays in the picture and keeps what is painted", () => {
  assert.deepEqual(settled([-9, 45, 55, 99], ground), [0, 40, 60, 80]);
});

test("it moves as far as picture and mask let it", () => {
  const box = [20, 30, 70, 60];
  assert.deepEqual(moved(box, 5.4, -3, ground), [25, 27, 75, 57]);
  assert.deepEqual(moved(box, -90, 0, ground), [10, 30, 60, 60]);
  assert.deepEqual(moved(box, 90, 90, ground), [40, 40, 90, 70]);
  assert.deepEqual(moved([0, 0, 100, 80], 10, 10, ground), [0, 0, 100, 80]);
});

test("only the sides that are pulled move", () => {
  const box = [20, 30, 70, 60];
  assert.deepEqual(pulled(box, "e", 10, 10, ground), [20, 30, 80, 60]);
  assert.deepEqual(pulled(box, "nw", 50, -50, ground), [40, 0, 70, 60]);
  assert.deepEqual(pulled(box, "se", -50, 50, ground), [20, 30, 60, 80]);
});
