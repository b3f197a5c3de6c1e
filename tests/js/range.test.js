import assert from "node:assert/strict";
import { test } from "node:test";

import { rangeOf } from "../../static/js/lib/range.js";

const items = ["a", "b", "c", "d"];

test("a range runs either way and holds both ends", () => {
  assert.deepEqual(rangeOf(items, "b", "d"), ["b", "c", "d"]);
  assert.deepEqual(rangeOf(items, "d", "b"), ["b", "c", "d"]);
  assert.deepEqual(rangeOf(items, "c", "c"), ["c"]);
});

test("without a beginning it is the end alone", () => {
  assert.deepEqual(rangeOf(items, null, "c"), ["c"]);
  assert.deepEqual(rangeOf(items, "gone", "c"), ["c"]);
});
