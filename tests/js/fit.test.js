import assert from "node:assert/strict";
import { test } from "node:test";

import { fit, sideOf } from "../../static/js/models/fit.js";

test("the longest side is limited, the other follows", () => {
  assert.deepEqual(fit({ width: 3840, height: 2160 }, 1500), { width: 1500, height: 844 });
  assert.deepEqual(fit({ width: 3000, height: 17000 }, 2048), { width: 361, height: 2048 });
});

test("nothing is enlarged and nothing vanishes", () => {
  assert.deepEqual(fit({ width: 30, height: 20 }, 4096), { width: 30, height: 20 });
  assert.deepEqual(fit({ width: 8000, height: 10 }, 100), { width: 100, height: 1 });
});

test("halves go to even numbers, as the server rounds them", () => {
  assert.deepEqual(fit({ width: 4, height: 1 }, 2), { width: 2, height: 1 });
  assert.deepEqual(fit({ width: 200, height: 125 }, 100), { width: 100, height: 62 });
  assert.deepEqual(fit({ width: 200, height: 127 }, 100), { width: 100, height: 64 });
});

test("a percentage is of the longest side, at least a pixel", () => {
  assert.equal(sideOf(6000, 50), 3000);
  assert.equal(sideOf(5, 50), 2);
  assert.equal(sideOf(7, 50), 4);
  assert.equal(sideOf(3, 1), 1);
});
