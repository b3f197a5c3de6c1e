import assert from "node:assert/strict";
import { test } from "node:test";

import { Viewport } from "../../static/js/models/viewport.js";
import { recordEvents } from "./making.js";

function makeViewport() {
  const viewport = new Viewport({ width: 600, height: 400 });
  viewport.resize({ width: 632, height: 432 });
  return viewport;
}

test("a fitted picture stays fitted when the window changes", () => {
  const viewport = makeViewport();
  assert.equal(viewport.view.scale, 1);
  viewport.resize({ width: 332, height: 432 });
  assert.equal(viewport.view.scale, 0.5);
});

test("a zoomed picture keeps its middle when the window changes", () => {
  const viewport = makeViewport();
  viewport.zoomTo(4, { x: 100, y: 100 });
  const { x, y } = viewport.middle;
  const before = viewport.toPicture(x, y);
  viewport.resize({ width: 800, height: 300 });
  const after = viewport.toPicture(viewport.middle.x, viewport.middle.y);
  assert.equal(viewport.view.scale, 4);
  assert.deepEqual(after, before);
});

test("steps in and out undo each other; fit and one to one do what they say", () => {
  const viewport = makeViewport();
  viewport.zoomSteps(3);
  viewport.zoomSteps(-3);
  assert.ok(Math.abs(viewport.view.scale - 1) < 1e-9);
  viewport.zoomBy(7);
  viewport.actualSize();
  assert.equal(viewport.view.scale, 1);
  viewport.panBy(40, 0);
  assert.equal(viewport.fitted, false);
  viewport.fit();
  assert.deepEqual([viewport.view.x, viewport.fitted], [16, true]);
});

test("another picture is fitted, one of the same size keeps the view", () => {
  const viewport = makeViewport();
  viewport.zoomBy(3);
  const { view } = viewport;
  viewport.setPicture({ width: 600, height: 400 });
  assert.equal(viewport.view, view);
  viewport.setPicture({ width: 400, height: 600 });
  assert.ok(viewport.fitted);
});

test("every change is told", () => {
  const viewport = makeViewport();
  const seen = recordEvents(viewport, "change");
  viewport.zoomBy(2);
  viewport.panBy(1, 1);
  viewport.resize({ width: 500, height: 500 });
  assert.deepEqual(seen.map(([, detail]) => detail.resized), [false, false, true]);
});

test("how the whole picture is shown can be said", () => {
  const viewport = new Viewport({ width: 10, height: 10 }, { padding: 0, most: Infinity });
  viewport.resize({ width: 500, height: 400 });
  assert.deepEqual(viewport.view, { scale: 40, x: 50, y: 0 });
  viewport.actualSize();
  assert.deepEqual([viewport.fitted, viewport.fitScale], [false, 40]);
});
