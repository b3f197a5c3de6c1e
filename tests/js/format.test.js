import assert from "node:assert/strict";
import { test } from "node:test";

import { clockTime, fill } from "../../static/js/lib/format.js";

test("time runs like a clock", () => {
  const times = [-3, 0, 9.9, 42, 60, 3599, 3600, 3723].map(clockTime);
  const clocks = ["0:00", "0:00", "0:09", "0:42", "1:00", "59:59", "1:00:00", "1:02:03"];
  assert.deepEqual(times, clocks);
});

test("names in braces are filled in, unknown ones stay", () => {
  assert.equal(fill("{percent} % of {name}", { percent: 0 }), "0 % of {name}");
});
