import assert from "node:assert/strict";
import { test } from "node:test";

import { repeated, tilesOf } from "../../static/js/models/mirror.js";

test("inside the picture there is one part, as it is", () => {
  assert.deepEqual(tilesOf([10, 20, 40, 60], { width: 100, height: 80 }), {
    part: { x: 10, y: 20, width: 30, height: 40 },
    tiles: [{ column: 0, row: 0 }],
  });
});

test("beyond an edge lies the mirror", () => {
  assert.deepEqual(repeated(-8, 30, 100), { from: 0, length: 30, before: 1, after: 0 });
  assert.deepEqual(repeated(80, 105, 100), { from: 80, length: 20, before: 0, after: 1 });
  const { tiles } = tilesOf([-8, 70, 30, 90], { width: 100, height: 80 });
  assert.deepEqual(tiles.map(({ column, row }) => [column, row]), [[-1, 0], [0, 0], [-1, 1], [0, 1]]);
});

test("a small picture is mirrored again and again", () => {
  assert.deepEqual(repeated(-25, 35, 10), { from: 0, length: 10, before: 3, after: 3 });
});
