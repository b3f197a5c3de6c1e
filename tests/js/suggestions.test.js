import assert from "node:assert/strict";
import { test } from "node:test";

import { completed, matching, startOfLast } from "../../static/js/models/suggestions.js";

const TEXTS = ["remove this", "blur the background", "a bit brighter", "brighter", "blur", "blur a bit"];
const JOINERS = ["and", "and then", "&"];

const found = (typed) => matching(TEXTS, typed, JOINERS).map((place) => TEXTS[place]);

test("what begins like the typed words comes first, then what holds them", () => {
  assert.deepEqual(found("br"), ["brighter", "a bit brighter"]);
  assert.deepEqual(found("BLUR TH"), ["blur the background"]);
  assert.deepEqual(found("bl back"), ["blur the background"]);
});

test("what is typed already is not offered, what is unknown has nothing", () => {
  assert.deepEqual(found("blur"), ["blur the background", "blur a bit"]);
  assert.deepEqual(found("remove this"), []);
  assert.deepEqual(found("dragon"), []);
});

test("nothing typed offers the first six in their order", () => {
  assert.deepEqual(found(""), TEXTS);
  assert.equal(matching(Array(9).fill("x y"), "", JOINERS).length, 6);
});

test("only the last instruction of a sentence is completed", () => {
  assert.deepEqual(found("remove this and bri"), ["brighter", "a bit brighter"]);
  assert.deepEqual(found("remove this, blur a"), ["blur a bit"]);
  assert.equal(completed("Remove this and then bl", "blur", JOINERS), "Remove this and then blur");
  assert.equal(completed("remove this,br", "brighter", JOINERS), "remove this,brighter");
  assert.equal(completed("", "blur", JOINERS), "blur");
});

test("the last instruction begins behind the last joiner or mark", () => {
  assert.equal(startOfLast("brighter", JOINERS), 0);
  assert.equal(startOfLast("a and b", JOINERS), 6);
  assert.equal(startOfLast("a AND THEN b", JOINERS), 11);
  assert.equal(startOfLast("sand", JOINERS), 0);
  assert.equal(startOfLast("a, b. ", JOINERS), 6);
});
