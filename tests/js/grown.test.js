import assert from "node:assert/strict";
import { test } from "node:test";

import { grownMask } from "../../static/js/models/grown.js";
import { randomly } from "./making.js";

function slowly(covered, width, height, radius) {
  return covered.map((_value, place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    const near = covered.some((value, other) => {
      const [dx, dy] = [(other % width) - x, Math.floor(other / width) - y];
      return value > 0 && dx * dx + dy * dy <= radius * radius;
    });
    return near ? 1 : 0;
  });
}

test("it is the disc's union, whatever is covered", () => {
  const random = randomly(7);
  for (const [width, height, radius] of [[23, 17, 3], [9, 31, 5.5], [16, 16, 0], [1, 12, 4], [12, 1, 2.2]]) {
    const covered = Uint8Array.from({ length: width * height }, () => (random() < 0.03 ? 200 : 0));
    assert.deepEqual(grownMask(covered, width, height, radius), slowly(covered, width, height, radius));
  }
});

test("nothing grows to nothing", () => {
  assert.ok(grownMask(new Uint8Array(60), 10, 6, 4).every((value) => value === 0));
});
