import assert from "node:assert/strict";
import { test } from "node:test";

import { indexFor } from "../../static/js/lib/placing.js";

test("a new card goes where the list is sorted for it", () => {
  assert.equal(indexFor(["c", "b", "a"], "d", true), 0);
  assert.equal(indexFor(["d", "b", "a"], "c", true), 1);
  assert.equal(indexFor(["a", "b", "d"], "c", false), 2);
});

test("what comes last has the index behind the list", () => {
  assert.equal(indexFor(["c", "b"], "a", true), 2);
  assert.equal(indexFor(["a", "b"], "c", false), 2);
  assert.equal(indexFor([], "a", true), 0);
});
