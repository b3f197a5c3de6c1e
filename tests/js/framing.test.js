import assert from "node:assert/strict";
import { test } from "node:test";

import { Framing } from "../../static/js/models/framing.js";

function make() {
  const framing = new Framing();
  let changes = 0;
  framing.addEventListener("change", () => (changes += 1));
  return { framing, changes: () => changes };
}

const UNCHOSEN = { context: "", crop: "", padding: "", feather: "", blend: "" };

test("nothing chosen leaves all to the engine", () => {
  const { framing } = make();
  assert.ok(framing.isAutomatic);
  assert.deepEqual(framing.fields, UNCHOSEN);
});

test("a context takes the place of a frame, and a frame that of a context", () => {
  const { framing } = make();
  framing.surround(2.5);
  assert.deepEqual(framing.fields, { ...UNCHOSEN, context: "2.5" });
  framing.frame([1, 2, 30, 40]);
  assert.deepEqual(framing.fields, { ...UNCHOSEN, crop: "1 2 30 40" });
  framing.surround(1.1);
  assert.equal(framing.box, null);
  framing.frame(null);
  assert.equal(framing.context, 1.1);
});

test("zero padding is a choice", () => {
  const { framing } = make();
  framing.pad(0);
  framing.soften("hard");
  assert.deepEqual(framing.fields, { ...UNCHOSEN, padding: "0", feather: "hard" });
  assert.ok(!framing.isAutomatic);
});

test("changes are told once each, and a reset is one", () => {
  const { framing, changes } = make();
  framing.surround(2);
  framing.surround(2);
  assert.equal(changes(), 1);
  framing.pad(3);
  framing.reset();
  assert.equal(changes(), 3);
  assert.ok(framing.isAutomatic);
});

test("what was kept comes back", () => {
  const { framing } = make();
  framing.frame([1, 2, 30, 40]);
  framing.pad(8);
  framing.soften("centred");
  framing.blendBy("off");
  framing.goBy("each");
  const other = new Framing();
  other.restore(JSON.parse(JSON.stringify(framing)));
  assert.deepEqual(other.fields, framing.fields);
  assert.deepEqual([other.blend, other.way], ["off", "each"]);
});

test("how areas are edited is no choice of the panel's, and a reset leaves it", () => {
  const { framing, changes } = make();
  framing.goBy("each");
  assert.ok(framing.isAutomatic);
  assert.equal(changes(), 1);
  framing.blendBy("gradient");
  assert.ok(!framing.isAutomatic);
  assert.equal(framing.fields.blend, "gradient");
  framing.reset();
  assert.deepEqual([framing.way, framing.blend], ["each", "auto"]);
});

test("what makes no sense is left out", () => {
  const { framing } = make();
  for (const value of [null, 7, "x", { context: 9, box: [1, 2, 0, 4], padding: -1, feather: "?" }]) {
    framing.restore(value);
    assert.ok(framing.isAutomatic);
  }
  framing.restore({ box: [0, 0, 1.5, 2], context: "2" });
  assert.ok(framing.isAutomatic);
});
