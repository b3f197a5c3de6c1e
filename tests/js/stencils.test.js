import assert from "node:assert/strict";
import { test } from "node:test";

import { CLEAR, INVERT, makeImport } from "../../static/js/models/commands.js";
import { measureMask } from "../../static/js/models/mask.js";
import { rasteriseBands } from "../../static/js/models/rasterise.js";
import { Stencils, likeness } from "../../static/js/models/stencils.js";
import { makeBox } from "./making.js";

const KEPT = { width: 2, height: 2, data: Uint8Array.of(0, 100, 255, 7) };
const STENCILS = new Map([["/m.png", KEPT]]);

function pixels(width, height, ...commands) {
  const bands = rasteriseBands({ width, height, commands, stencils: STENCILS });
  return Array.from(bands, ({ data }) => [...data]).flat();
}

test("an imported mask lies where it was, to the byte", () => {
  const found = pixels(4, 3, makeImport("/m.png", [1, 1, 3, 3]));
  assert.deepEqual(found, [0, 0, 0, 0, 0, 0, 100, 0, 0, 255, 7, 0]);
});

test("it adds to what is painted and is worked on like anything else", () => {
  const all = makeImport("/m.png", [0, 0, 2, 2]);
  assert.deepEqual(pixels(2, 2, makeBox("add", 0, 0, 1, 1), all), [255, 100, 255, 7]);
  assert.deepEqual(pixels(2, 2, all, INVERT), [255, 155, 0, 248]);
  assert.deepEqual(pixels(2, 2, all, makeBox("subtract", 0, 0, 2, 1)), [0, 0, 255, 7]);
  assert.deepEqual(pixels(2, 2, all, CLEAR), [0, 0, 0, 0]);
});

test("it may cross bands", () => {
  const tall = { width: 1, height: 130, data: new Uint8Array(130).fill(9) };
  const source = { width: 3, height: 200, commands: [makeImport("/t.png", [1, 30, 2, 160])] };
  const facts = measureMask({ ...source, stencils: new Map([["/t.png", tall]]) });
  assert.deepEqual([facts.painted, facts.box], [130, [1, 30, 2, 160]]);
});

test("without its pixels, or with those of another, there is no mask", () => {
  assert.throws(() => pixels(4, 4, makeImport("/other.png", [0, 0, 2, 2])), RangeError);
  assert.throws(() => pixels(4, 4, makeImport("/m.png", [0, 0, 3, 2])), RangeError);
});

test("a mask is loaded once, and again only after a failure", async () => {
  const asked = [];
  let isDown = true;
  const stencils = new Stencils(async (url) => {
    asked.push(url);
    if (isDown) throw new Error("down");
    return KEPT;
  });
  await assert.rejects(stencils.get("/m.png"));
  isDown = false;
  const commands = [makeImport("/m.png", [0, 0, 2, 2]), INVERT, makeImport("/m.png", [1, 1, 3, 3])];
  assert.deepEqual(await stencils.gather(commands), STENCILS);
  assert.deepEqual(asked, ["/m.png", "/m.png"]);
});

test("the likeness is no larger than asked and as opaque as the mask covers", () => {
  assert.deepEqual([...likeness(KEPT, 2).data], [0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 255, 0, 0, 0, 7]);
  const wide = { width: 5, height: 1, data: Uint8Array.of(10, 20, 30, 40, 50) };
  const { width, height, data } = likeness(wide, 3);
  assert.deepEqual([width, height, ...data.filter((_, n) => n % 4 === 3)], [3, 1, 15, 35, 50]);
});
