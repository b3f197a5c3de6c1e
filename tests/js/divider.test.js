import assert from "node:assert/strict";
import { test } from "node:test";

import { Divider, cutAt, placeOf, seenSpan, shareAt } from "../../static/js/models/divider.js";
import { recordEvents } from "./making.js";

const PICTURE = { width: 400, height: 300 };
const WINDOW = { width: 200, height: 150 };

test("it starts in the middle and goes back there", () => {
  const divider = new Divider();
  const seen = recordEvents(divider, "change");
  divider.moveTo(0.9);
  divider.moveTo(0.9);
  divider.reset();
  assert.equal(divider.share, 0.5);
  assert.equal(seen.length, 2);
});

test("it stays on the picture", () => {
  const divider = new Divider();
  divider.moveTo(7);
  assert.equal(divider.share, 1);
  divider.step(-2);
  assert.equal(divider.share, 0);
});

test("as many steps back lead back", () => {
  const divider = new Divider();
  for (let n = 0; n < 20; n += 1) divider.step(0.02);
  for (let n = 0; n < 20; n += 1) divider.step(-0.02);
  assert.equal(divider.share, 0.5);
});

test("a picture seen whole is divided as it lies", () => {
  const view = { scale: 0.25, x: 50, y: 0 };
  const span = seenSpan(view, PICTURE, WINDOW);
  assert.deepEqual(span, { start: 50, end: 150 });
  assert.equal(placeOf(0.3, span), 80);
  assert.equal(shareAt(80, span), 0.3);
  assert.equal(cutAt(80, view, PICTURE), 0.3);
});

test("of a picture larger than the window only what is seen is divided", () => {
  const view = { scale: 1, x: -100, y: 0 };
  const span = seenSpan(view, PICTURE, WINDOW);
  assert.deepEqual(span, { start: 0, end: 200 });
  assert.equal(cutAt(placeOf(0.5, span), view, PICTURE), 0.5);
  assert.equal(cutAt(placeOf(0, span), view, PICTURE), 0.25);
});

test("a picture moved out of sight is divided at its edge", () => {
  const view = { scale: 1, x: 250, y: 0 };
  const span = seenSpan(view, PICTURE, WINDOW);
  assert.deepEqual(span, { start: 200, end: 200 });
  assert.equal(shareAt(10, span), 0.5);
  assert.equal(cutAt(placeOf(0.5, span), view, PICTURE), 0);
});
