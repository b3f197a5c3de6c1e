import assert from "node:assert/strict";
import { test } from "node:test";

import {
  MAX_SCALE,
  clampView,
  fitView,
  panBy,
  toPicture,
  wheelFactor,
  zoomTo,
} from "../../static/js/models/view.js";

const PICTURE = { width: 6000, height: 4000 };
const VIEWPORT = { width: 1032, height: 732 };

test("fit shows the whole picture in the middle, with room around it", () => {
  const view = fitView(PICTURE, VIEWPORT);
  assert.equal(view.scale, 1000 / 6000);
  assert.equal(view.x, 16);
  assert.ok(Math.abs(view.y - (732 - 4000 / 6) / 2) < 1e-9);
});

test("tiny pictures are enlarged eight times at most", () => {
  assert.equal(fitView({ width: 10, height: 10 }, VIEWPORT).scale, 8);
});

test("the point under the pointer stays there while zooming", () => {
  const view = fitView(PICTURE, VIEWPORT);
  const at = { x: 300, y: 400 };
  const before = toPicture(view, at.x, at.y);
  const near = zoomTo(view, 2.5, at, PICTURE, VIEWPORT);
  const after = toPicture(near, at.x, at.y);
  assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-6);
});

test("the scale has a floor and a ceiling", () => {
  const view = fitView(PICTURE, VIEWPORT);
  const at = { x: 500, y: 300 };
  assert.equal(zoomTo(view, 1000, at, PICTURE, VIEWPORT).scale, MAX_SCALE);
  assert.equal(zoomTo(view, 0, at, PICTURE, VIEWPORT).scale, view.scale / 2);
  const tiny = { width: 10, height: 10 };
  assert.equal(zoomTo(fitView(tiny, VIEWPORT), 0, at, tiny, VIEWPORT).scale, 1);
});

test("the picture cannot be pushed out of sight", () => {
  for (const [dx, dy] of [[1e6, 1e6], [-1e6, -1e6], [1e6, -1e6]]) {
    const view = panBy(fitView(PICTURE, VIEWPORT), dx, dy, PICTURE, VIEWPORT);
    assert.ok(view.x <= VIEWPORT.width - 64 && view.x + PICTURE.width * view.scale >= 64);
    assert.ok(view.y <= VIEWPORT.height - 64 && view.y + PICTURE.height * view.scale >= 64);
  }
});

test("a picture smaller than what is kept in sight stays whole", () => {
  const tiny = { width: 3, height: 3 };
  const view = clampView({ scale: 1, x: -500, y: 9999 }, tiny, VIEWPORT);
  assert.deepEqual([view.x, view.y], [0, VIEWPORT.height - 3]);
});

test("a notch of the wheel with Ctrl zooms by one step, a pinch smoothly", () => {
  assert.equal(wheelFactor(-120, true), 1.25);
  assert.equal(wheelFactor(120, true), 1 / 1.25);
  assert.ok(Math.abs(wheelFactor(-2, true) - 1.02) < 0.001);
  assert.ok(Math.abs(wheelFactor(-100, false) - 1.16) < 0.01);
});
