import assert from "node:assert/strict";
import { test } from "node:test";

import { Chosen } from "../../static/js/models/chosen.js";

function make(values) {
  const chosen = new Chosen();
  chosen.restore(values);
  return chosen;
}

test("what is left to the engine is no wish", () => {
  const chosen = make({ quality: "high", n: 3 });
  chosen.set("quality", "auto");
  chosen.set("n", "");
  assert.deepEqual(chosen.wishes, []);
});

test("a size of one's own is sent as one value", () => {
  const chosen = make({ size: "free", width: "1000", height: "800" });
  assert.deepEqual(chosen.wishes, [["size", "1000x800"]]);
  assert.equal(chosen.isUnfinished, false);
});

test("a size without both edges is unfinished, and no wish yet", () => {
  const chosen = make({ size: "free", width: "1000" });
  assert.equal(chosen.isUnfinished, true);
  assert.deepEqual(chosen.wishes, []);
});

test("edges are forgotten with another size", () => {
  const chosen = make({ size: "free", width: "1000", height: "800" });
  chosen.set("size", "1024x1024");
  assert.deepEqual(chosen.wishes, [["size", "1024x1024"]]);
});

test("a size that an engine does not list becomes one of one's own where it takes any", () => {
  const chosen = make({ size: "1000x800" });
  chosen.unfold(["", "1024x1024", "free"]);
  assert.deepEqual(chosen.toJSON(), { size: "free", width: "1000", height: "800" });
});

test("a listed size stays, and so does one where only the list is taken", () => {
  for (const listed of [["1000x800", "free"], ["1024x1024"]]) {
    const chosen = make({ size: "1000x800" });
    chosen.unfold(listed);
    assert.deepEqual(chosen.toJSON(), { size: "1000x800" });
  }
});

test("what an engine has no field for is carried to the server, the rest is the form's", () => {
  const data = new FormData();
  data.set("quality", "");
  make({ quality: "max", n: 2, size: "1024x1024" }).carry(data, (name) => name === "n");
  assert.deepEqual([...data], [["quality", "max"], ["size", "1024x1024"]]);
});

test("nonsense of another hand is left out", () => {
  assert.deepEqual(make("x").wishes, []);
  assert.deepEqual(make(null).wishes, []);
  assert.deepEqual(make({ n: { deep: 1 }, quality: ["high"], size: null }).wishes, []);
});
