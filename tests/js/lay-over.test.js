import assert from "node:assert/strict";
import { test } from "node:test";

import { layOver } from "../../static/js/lib/lay-over.js";

test("a box is placed in shares of the picture, also where it reaches beyond", () => {
  const element = { style: {} };
  layOver(element, "-100 150 300 350", { width: 400, height: 200 });
  assert.deepEqual(element.style, { left: "-25%", top: "75%", width: "100%", height: "100%" });
});
