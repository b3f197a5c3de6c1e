import assert from "node:assert/strict";
import { test } from "node:test";

import { Draft } from "../../static/js/models/draft.js";

function makeStore(...entries) {
  const map = new Map(entries);
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, value),
    removeItem: (key) => map.delete(key),
  };
}

test("a draft goes along when the page becomes the canvas of a result", () => {
  const store = makeStore();
  const draft = new Draft(store, "one");
  draft.save({ prompt: "hi" });
  draft.moveTo("two");
  draft.save({ prompt: "hi" });
  assert.equal(new Draft(store, "one").load(), null);
  assert.deepEqual(new Draft(store, "two").load(), { prompt: "hi" });
});

test("what is saved for a picture is loaded for it alone", () => {
  const store = makeStore();
  assert.ok(new Draft(store, "one").save({ prompt: "hi" }));
  assert.deepEqual(new Draft(store, "one").load(), { prompt: "hi" });
  assert.equal(new Draft(store, "two").load(), null);
});

test("a store that is full, closed or filled with nonsense does no harm", () => {
  const full = {
    getItem: () => "{",
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  assert.equal(new Draft(full, "one").save({}), false);
  assert.equal(new Draft(full, "one").load(), null);
  assert.equal(new Draft(makeStore(["canvas-draft:one", "7"]), "one").load(), null);
});
