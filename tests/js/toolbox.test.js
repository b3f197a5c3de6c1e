import assert from "node:assert/strict";
import { test } from "node:test";

import { Toolbox } from "../../static/js/models/toolbox.js";
import { recordEvents } from "./making.js";

const PICTURE = { width: 6000, height: 4000 };

test("the first brush is a sensible share of the short side", () => {
  const toolbox = new Toolbox(PICTURE);
  assert.deepEqual([toolbox.tool, toolbox.diameter, toolbox.largest], ["brush", 250, 4000]);
  assert.equal(new Toolbox({ width: 3, height: 900 }).diameter, 1);
});

test("the diameter is whole, at least one pixel and at most the short side", () => {
  const toolbox = new Toolbox(PICTURE);
  for (const [asked, got] of [[0, 1], [12.4, 12], [1e9, 4000]]) {
    toolbox.setDiameter(asked);
    assert.equal(toolbox.diameter, got);
  }
  toolbox.setDiameter(Number.NaN);
  assert.equal(toolbox.diameter, 4000);
});

test("steps always move, also at one pixel", () => {
  const toolbox = new Toolbox(PICTURE);
  toolbox.setDiameter(1);
  toolbox.stepDiameter(1);
  assert.equal(toolbox.diameter, 2);
  toolbox.stepDiameter(-1);
  toolbox.stepDiameter(-1);
  assert.equal(toolbox.diameter, 1);
});

test("X swaps paint and erase, and what the rectangle does", () => {
  const toolbox = new Toolbox(PICTURE);
  toolbox.swap();
  assert.equal(toolbox.tool, "eraser");
  toolbox.swap();
  assert.equal(toolbox.tool, "brush");
  toolbox.choose("rectangle");
  toolbox.swap();
  assert.deepEqual([toolbox.tool, toolbox.subtracting], ["rectangle", true]);
  toolbox.choose("rectangle");
  assert.equal(toolbox.subtracting, false);
});

test("Space holds the hand and gives the tool back", () => {
  const toolbox = new Toolbox(PICTURE);
  const seen = recordEvents(toolbox, "change");
  toolbox.hold(true);
  toolbox.hold(true);
  assert.equal(toolbox.active, "pan");
  toolbox.hold(false);
  assert.equal(toolbox.active, "brush");
  assert.equal(seen.length, 2);
});

test("another picture keeps the brush where it fits", () => {
  const toolbox = new Toolbox(PICTURE);
  toolbox.setPicture({ width: 100, height: 100 });
  assert.equal(toolbox.diameter, 100);
  assert.throws(() => toolbox.choose("axe"), RangeError);
});
