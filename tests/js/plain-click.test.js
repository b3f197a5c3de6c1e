import assert from "node:assert/strict";
import { test } from "node:test";

import { isPlainClick } from "../../static/js/lib/plain-click.js";

test("the first button alone is plain", () => {
  assert.ok(isPlainClick({ button: 0 }));
});

test("another button is not", () => {
  assert.ok(!isPlainClick({ button: 1 }));
});

test("a key held makes it something else", () => {
  for (const key of ["ctrlKey", "metaKey", "shiftKey", "altKey"]) {
    assert.ok(!isPlainClick({ button: 0, [key]: true }), key);
  }
});
