import assert from "node:assert/strict";
import { test } from "node:test";

import { Face } from "../../static/js/models/face.js";
import { recordEvents } from "./making.js";

test("a face is told once, however often it is chosen", () => {
  const face = new Face();
  const seen = recordEvents(face, "change");
  face.show("after");
  face.show("raw");
  face.show("raw");
  assert.deepEqual([face.name, face.is("raw"), face.is("before"), seen.length], ["raw", true, false, 1]);
});
