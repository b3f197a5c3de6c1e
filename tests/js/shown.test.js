import assert from "node:assert/strict";
import { test } from "node:test";

import { Shown } from "../../static/js/models/shown.js";
import { recordEvents } from "./making.js";

test("showing another version ends the comparison", () => {
  const shown = new Shown({ id: "a" });
  const seen = recordEvents(shown, "change");
  shown.compare(true);
  shown.compare(true);
  shown.show({ id: "b" });
  assert.deepEqual([shown.version.id, shown.comparing, seen.length], ["b", false, 2]);
});
