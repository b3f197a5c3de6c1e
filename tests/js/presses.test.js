import assert from "node:assert/strict";
import { test } from "node:test";

import { Presses } from "../../static/js/models/presses.js";

const press = (presses, detail, timeStamp) => presses.isRepeated({ detail, timeStamp });

test("one press counts, the second of a double click does not, nor the third", () => {
  const presses = new Presses();
  assert.equal(press(presses, 1, 1000), false);
  assert.equal(press(presses, 2, 1200), true);
  assert.equal(press(presses, 3, 1400), true);
});

test("a press counts where the one before it at the same place met something else", () => {
  assert.equal(press(new Presses(), 2, 1000), false);
  const presses = new Presses();
  press(presses, 1, 1000);
  assert.equal(press(presses, 3, 1400), false, "the second went to a dialog");
  assert.equal(press(presses, 2, 9000), false, "another row of clicks");
});

test("two presses one after the other both count, and so does a key", () => {
  const presses = new Presses();
  assert.equal(press(presses, 1, 1000), false);
  assert.equal(press(presses, 1, 1900), false);
  assert.equal(press(presses, 0, 1950), false);
  assert.equal(press(presses, 0, 1960), false);
});
