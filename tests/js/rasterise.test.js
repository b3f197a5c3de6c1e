import assert from "node:assert/strict";
import { test } from "node:test";

import { CLEAR, INVERT, makeStroke } from "../../static/js/models/commands.js";
import { rootOfProduct } from "../../static/js/models/exact.js";
import { measureMask } from "../../static/js/models/mask.js";
import { rasteriseBands } from "../../static/js/models/rasterise.js";
import { makeBox, makeBrush } from "./making.js";

function pixels(width, height, ...commands) {
  const bands = rasteriseBands({ width, height, commands });
  return Array.from(bands, ({ data }) => [...data]).flat();
}

test("a rectangle on pixel edges covers exactly its pixels", () => {
  assert.deepEqual(pixels(4, 2, makeBox("add", 1, 0, 3, 1)), [0, 255, 255, 0, 0, 0, 0, 0]);
});

test("a rectangle is half open: half a pixel is half its samples", () => {
  const half = (8 * 255 + 8) >> 4;
  assert.deepEqual(pixels(2, 1, makeBox("add", 0.5, 0, 1.5, 1)), [half, half]);
  assert.deepEqual(pixels(2, 1, makeBox("add", 0.125, 0, 1, 1)), [255, 0]);
  assert.deepEqual(pixels(2, 1, makeBox("add", 0.25, 0, 1, 1)), [(12 * 255 + 8) >> 4, 0]);
});

test("a brush of one pixel on a pixel's middle leaves out its four corners", () => {
  const share = (12 * 255 + 8) >> 4;
  assert.deepEqual(pixels(3, 1, makeBrush(1, [1.5, 0.5])), [0, share, 0]);
});

test("commands combine as specified", () => {
  const left = makeBox("add", 0, 0, 1, 1);
  assert.deepEqual(pixels(2, 1, left, INVERT), [0, 255]);
  assert.deepEqual(pixels(2, 1, left, INVERT, INVERT), [255, 0]);
  assert.deepEqual(pixels(2, 1, left, CLEAR, INVERT), [255, 255]);
  assert.deepEqual(pixels(2, 1, INVERT, makeBox("subtract", 0, 0, 1, 1)), [0, 255]);
  const half = makeBox("add", 0, 0, 0.5, 1);
  assert.deepEqual(pixels(1, 1, half, half), [(8 * 255 + 8) >> 4]);
  assert.deepEqual(pixels(1, 1, left, makeBox("subtract", 0, 0, 0.5, 1)), [255 - ((8 * 255 + 8) >> 4)]);
});

test("one stroke over itself is a union, not a sum", () => {
  const once = pixels(20, 20, makeBrush(5, [4, 9], [15, 11]));
  assert.deepEqual(pixels(20, 20, makeBrush(5, [4, 9], [15, 11], [4, 9], [15, 11])), once);
});

test("strokes may lie wholly or partly outside", () => {
  assert.deepEqual(pixels(2, 1, makeBrush(4, [-90, -90], [-80, 95])), [0, 0]);
  const through = pixels(3, 3, makeBrush(9, [-400, 1.5], [400, 1.5]));
  assert.deepEqual(through, Array(9).fill(255));
});

test("the facts count what is above nothing and its box", () => {
  const facts = measureMask({ width: 300, height: 200, commands: [makeBox("add", 10, 60, 13, 140)] });
  assert.deepEqual([facts.painted, facts.box], [240, [10, 60, 13, 140]]);
  const eraser = makeStroke("eraser", 20, [80, 80]);
  const none = measureMask({ width: 30, height: 20, commands: [eraser] });
  assert.deepEqual([none.painted, none.box], [0, null]);
});

test("bands do not show: a disc across them is symmetric", () => {
  const size = 200;
  const data = pixels(size, size, makeBrush(150, [100, 100]));
  assert.deepEqual([...data].reverse(), data);
});

test("roots are exact where doubles are not", () => {
  const n = 2 ** 30 + 7;
  assert.equal(rootOfProduct(n, n), n);
  assert.equal(rootOfProduct(n * n - 1, 1), n - 1);
  assert.equal(rootOfProduct(2 ** 36, 2 ** 43), Number(BigInt(Math.floor(2 ** 39.5))));
});
