import assert from "node:assert/strict";
import { test } from "node:test";

import { Islands, MOST_ISLANDS } from "../../static/js/models/islands.js";
import { encodeMask, measureMask } from "../../static/js/models/mask.js";
import { decodeGreyPng } from "../../static/js/models/png-read.js";
import { makeBox, makeBrush } from "./making.js";

const source = (commands, more = {}) => ({ width: 1000, height: 800, commands, ...more });

test("what lies apart has a box of its own, to the pixel", () => {
  const { islands } = measureMask(source([
    makeBox("add", 10, 20, 101, 97),
    makeBox("add", 703, 611, 900, 799),
  ]));
  assert.deepEqual(islands, [[10, 20, 101, 97], [703, 611, 900, 799]]);
});

test("what touches, or nearly does, is one", () => {
  const { islands, box } = measureMask(source([
    makeBrush(30, [100, 100], [400, 100]),
    makeBrush(30, [400, 100], [400, 700]),
    makeBox("add", 417, 400, 500, 420),
  ]));
  assert.deepEqual(islands, [box]);
});

test("an empty mask has none, and one without end of specks has few", () => {
  assert.deepEqual(measureMask(source([])).islands, []);
  const specks = [];
  for (let n = 0; n < 40; n += 1) specks.push(makeBox("add", (n % 8) * 120, Math.floor(n / 8) * 150, (n % 8) * 120 + 9, Math.floor(n / 8) * 150 + 9));
  const { islands } = measureMask(source(specks));
  assert.ok(islands.length <= MOST_ISLANDS);
});

test("a mask of every pixel is one island", () => {
  const islands = new Islands({ width: 70, height: 5 });
  islands.add({ top: 0, rows: 5, data: new Uint8Array(350).fill(9) });
  assert.deepEqual(islands.boxes, [[0, 0, 70, 5]]);
});

test("with a clip only what lies in it is measured and sent", async () => {
  const commands = [makeBox("add", 10, 20, 100, 90), makeBox("add", 700, 610, 900, 790)];
  const clip = [690, 600, 950, 800];
  const facts = measureMask(source(commands, { clip }));
  assert.deepEqual(facts, { painted: 200 * 180, box: [700, 610, 900, 790], islands: [[700, 610, 900, 790]] });
  const { png, painted } = await encodeMask(source(commands, { clip }));
  assert.equal(painted, 200 * 180);
  const { data } = await decodeGreyPng(await png.arrayBuffer());
  assert.equal(data.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0), 200 * 180);
  assert.equal(data[700 * 1 + 1000 * 650], 255);
  assert.equal(data[20 + 1000 * 30], 0);
});
