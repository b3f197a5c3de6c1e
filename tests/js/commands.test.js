import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CLEAR,
  COORDINATE_LIMIT,
  INVERT,
  coordinate,
  effective,
  makeImport,
  makeRectangle,
  makeStroke,
  mayPaint,
  parseCommands,
} from "../../static/js/models/commands.js";
import { makeBox, makeBrush } from "./making.js";

test("commands survive JSON", () => {
  const list = [makeStroke("brush", 12, [1, 2, 3, 4]), makeRectangle("add", 9, 9, 1, 2), makeImport("/m.png", [1, 2, 3, 4]), INVERT, CLEAR];
  assert.deepEqual(parseCommands(JSON.parse(JSON.stringify(list))), list);
});

test("a rectangle may be drawn from any corner", () => {
  const { x0, y0, x1, y1 } = makeRectangle("subtract", 9, 2, 1, 8);
  assert.deepEqual([x0, y0, x1, y1], [1, 2, 9, 8]);
});

test("coordinates and diameters stay where integers are exact", () => {
  assert.equal(coordinate(1e12), COORDINATE_LIMIT);
  assert.equal(coordinate(-1e12), -COORDINATE_LIMIT);
  assert.equal(makeStroke("brush", 0.2, [0, 0]).diameter, 1);
  assert.equal(makeStroke("brush", 1e9, [0, 0]).diameter, 2 ** 15);
});

test("only what follows the last clear matters", () => {
  const stroke = makeBrush(4, [1, 1]);
  assert.deepEqual(effective([stroke, CLEAR, INVERT]), [INVERT]);
  assert.deepEqual(effective([stroke]), [stroke]);
  assert.deepEqual(effective([stroke, CLEAR]), []);
});

test("a mask is certainly empty while nothing adds to it", () => {
  const erase = makeStroke("eraser", 4, [0, 0]);
  assert.equal(mayPaint([]), false);
  assert.equal(mayPaint([erase, makeBox("subtract", 0, 0, 4, 4)]), false);
  assert.equal(mayPaint([makeBrush(4, [1, 1]), CLEAR]), false);
  assert.equal(mayPaint([erase, INVERT]), true);
  assert.equal(mayPaint([makeBox("add", 0, 0, 4, 4)]), true);
  assert.equal(mayPaint([makeImport("/m.png", [0, 0, 4, 4])]), true);
});

const NOT_COMMANDS = {
  "no list": {},
  "an unknown type": [{ type: "explode" }],
  nothing: [null],
  "an odd number of coordinates": [{ type: "stroke", tool: "brush", diameter: 1, points: [1] }],
  "a stroke without points": [{ type: "stroke", tool: "brush", diameter: 1, points: [] }],
  "a fraction": [{ type: "stroke", tool: "brush", diameter: 1, points: [1.5, 2] }],
  "an unknown tool": [{ type: "stroke", tool: "axe", diameter: 1, points: [1, 2] }],
  "a diameter of nothing": [{ type: "stroke", tool: "brush", diameter: 0, points: [1, 2] }],
  "a place too far away": [{ type: "stroke", tool: "brush", diameter: 1, points: [2 ** 21, 2] }],
  "corners in disorder": [{ type: "rectangle", mode: "add", x0: 5, y0: 0, x1: 1, y1: 1 }],
  "a mask of another server": [makeImport("//elsewhere.test/m.png", [0, 0, 4, 4])],
  "a mask of another server, whole address": [makeImport("https://elsewhere.test/m.png", [0, 0, 4, 4])],
  "a mask without pixels": [makeImport("/m.png", [4, 0, 4, 4])],
  "a mask outside": [makeImport("/m.png", [-1, 0, 4, 4])],
  "an unknown mode": [{ type: "rectangle", mode: "xor", x0: 0, y0: 0, x1: 1, y1: 1 }],
};

for (const [name, value] of Object.entries(NOT_COMMANDS)) {
  test(`refused: ${name}`, () => assert.throws(() => parseCommands(value), TypeError));
}
