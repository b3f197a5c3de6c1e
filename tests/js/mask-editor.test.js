import assert from "node:assert/strict";
import { test } from "node:test";

import { MaskEditor } from "../../static/js/models/mask-editor.js";
import { Toolbox } from "../../static/js/models/toolbox.js";
import { makeBrush, recordEvents } from "./making.js";

const at = (x, y) => ({ x, y });

function makeToolbox(tool = "brush", diameter = 8) {
  const toolbox = new Toolbox({ width: 640, height: 640 });
  toolbox.choose(tool);
  toolbox.setDiameter(diameter);
  return toolbox;
}

function draw(toolbox, modifiers, ...places) {
  const mask = new MaskEditor();
  mask.begin(toolbox, places[0], modifiers);
  mask.extend(places.slice(1));
  mask.commit();
  return mask.commands;
}

test("a stroke is the pointer's way in eighths, and ends where the pointer did", () => {
  const [stroke] = draw(makeToolbox(), {}, at(1, 2), at(5, 2), at(5.05, 2.05));
  assert.deepEqual(stroke, { ...makeBrush(8, [1, 2], [5, 2]), points: [8, 16, 40, 16] });
});

test("places too near to matter are left out, the last one never", () => {
  const toolbox = makeToolbox("brush", 640);
  const [{ points }] = draw(toolbox, {}, at(0, 0), at(5, 0), at(9, 0), at(30, 0), at(32, 0));
  assert.deepEqual(points, [0, 0, 240, 0, 256, 0]);
});

test("a click alone is a dot", () => {
  assert.deepEqual(draw(makeToolbox(), {}, at(3, 4))[0].points, [24, 32]);
});

test("the right button erases with whatever is in the hand", () => {
  assert.equal(draw(makeToolbox(), { erasing: true }, at(3, 4))[0].tool, "eraser");
  const [box] = draw(makeToolbox("rectangle"), { erasing: true }, at(9, 9), at(1, 2));
  assert.deepEqual(box, { type: "rectangle", mode: "subtract", x0: 8, y0: 16, x1: 72, y1: 72 });
});

test("Shift makes a stroke straight and a rectangle square", () => {
  const [line] = draw(makeToolbox(), { straight: true }, at(0, 0), at(50, 9), at(20, 20));
  assert.deepEqual(line.points, [0, 0, 160, 160]);
  const mask = new MaskEditor();
  mask.begin(makeToolbox("rectangle"), at(10, 10));
  mask.extend([at(14, 30)], true);
  mask.commit();
  assert.deepEqual(mask.commands[0], { type: "rectangle", mode: "add", x0: 80, y0: 80, x1: 240, y1: 240 });
});

test("a click with the rectangle and a cancelled stroke leave nothing", () => {
  assert.deepEqual(draw(makeToolbox("rectangle"), {}, at(3, 3)), []);
  const mask = new MaskEditor();
  mask.begin(makeToolbox(), at(1, 1));
  mask.cancel();
  mask.commit();
  assert.deepEqual([mask.commands, mask.shape, mask.canUndo], [[], null, false]);
});

test("listeners hear what was added, or that all is new", () => {
  const mask = new MaskEditor();
  const seen = recordEvents(mask, "mask", "shape");
  mask.begin(makeToolbox(), at(1, 1));
  mask.extend([at(9, 9)]);
  mask.commit();
  mask.undo();
  const told = seen.map(([type, detail]) => detail.phase ?? [type, detail.appended?.length ?? null]);
  assert.deepEqual(told, ["begin", "extend", "commit", ["mask", 1], ["mask", null]]);
});

test("clear does nothing to an empty mask, is undone like anything else", () => {
  const mask = new MaskEditor();
  mask.clear();
  assert.equal(mask.canUndo, false);
  mask.push(makeBrush(5, [1, 1]));
  mask.clear();
  assert.equal(mask.mayPaint, false);
  mask.undo();
  assert.equal(mask.mayPaint, true);
});

test("every change of the list has a revision; restore and reset are changes", () => {
  const mask = new MaskEditor();
  mask.push(makeBrush(5, [1, 1]));
  mask.invert();
  const other = new MaskEditor();
  other.restore(JSON.parse(JSON.stringify(mask)));
  assert.deepEqual(other.commands, mask.commands);
  other.reset();
  assert.deepEqual([other.commands, other.canRedo, other.revision, mask.revision], [[], false, 2, 2]);
});
