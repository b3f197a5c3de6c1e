import assert from "node:assert/strict";
import { test } from "node:test";

import { Gestures } from "../../static/js/models/gestures.js";

const DEEDS = ["begin", "extend", "commit", "cancel", "pan", "pinch", "undo"];

function makeGestures() {
  const done = [];
  const port = Object.fromEntries(DEEDS.map((name) => [name, (...args) => done.push([name, ...args])]));
  return { gestures: new Gestures(port), done, names: () => done.map(([name]) => name) };
}

const finger = (id, x, y, time = 0) => ({ id, x, y, touch: true, time, action: "use" });
const mouse = (x, y, action = "use") => ({ id: 1, x, y, touch: false, time: 0, action });

test("one pointer begins, extends by its whole path, commits", () => {
  const { gestures, done, names } = makeGestures();
  gestures.down(mouse(0, 0));
  gestures.move(mouse(9, 9), [mouse(4, 4), mouse(9, 9)]);
  gestures.up(mouse(9, 9));
  assert.deepEqual(names(), ["begin", "extend", "commit"]);
  assert.equal(done[1][1].length, 2);
  assert.equal(gestures.busy, false);
});

test("the hand pans by what the pointer moved", () => {
  const { gestures, done } = makeGestures();
  gestures.down(mouse(10, 10, "pan"));
  gestures.move(mouse(13, 8));
  gestures.up(mouse(13, 8));
  assert.deepEqual(done, [["pan", 3, -2]]);
});

test("a second finger cancels the stroke begun, then both zoom", () => {
  const { gestures, done, names } = makeGestures();
  gestures.down(finger(1, 100, 100));
  gestures.move(finger(1, 110, 100));
  gestures.down(finger(2, 210, 100));
  gestures.move(finger(2, 310, 100));
  assert.deepEqual(names(), ["begin", "extend", "cancel", "pinch"]);
  assert.deepEqual(done[3][1], { dx: 50, dy: 0, factor: 2, at: { x: 210, y: 100 } });
});

test("a finger left over from a pinch paints nothing", () => {
  const { gestures, names } = makeGestures();
  gestures.down(finger(1, 0, 0));
  gestures.down(finger(2, 100, 0));
  gestures.move(finger(2, 160, 0, 900));
  gestures.up(finger(2, 160, 0, 900));
  gestures.move(finger(1, 50, 50, 950));
  gestures.down(finger(3, 80, 80, 960));
  gestures.move(finger(3, 85, 80, 970));
  gestures.up(finger(3, 85, 80, 980));
  gestures.up(finger(1, 50, 50, 990));
  assert.deepEqual(names(), ["begin", "cancel", "pinch"]);
  gestures.down(finger(4, 0, 0, 2000));
  assert.equal(names().at(-1), "begin");
});

test("two fingers that only tap undo", () => {
  const { gestures, names } = makeGestures();
  gestures.down(finger(1, 0, 0, 1000));
  gestures.down(finger(2, 100, 0, 1040));
  gestures.move(finger(2, 102, 0, 1060));
  gestures.up(finger(1, 0, 0, 1150));
  gestures.up(finger(2, 102, 0, 1160));
  assert.deepEqual(names(), ["begin", "cancel", "pinch", "undo"]);
});

test("two fingers that rest are no tap", () => {
  const { gestures, names } = makeGestures();
  gestures.down(finger(1, 0, 0, 1000));
  gestures.down(finger(2, 100, 0, 1040));
  gestures.up(finger(1, 0, 0, 1500));
  gestures.up(finger(2, 100, 0, 1510));
  assert.deepEqual(names(), ["begin", "cancel"]);
});

test("Esc gives the shape up; the pointer still down does nothing more", () => {
  const { gestures, names } = makeGestures();
  gestures.down(mouse(0, 0));
  gestures.abandon();
  gestures.move(mouse(5, 5));
  gestures.up(mouse(5, 5));
  assert.deepEqual(names(), ["begin", "cancel"]);
  gestures.abandon();
  assert.equal(gestures.busy, false);
});

test("unknown pointers and a mouse beside a finger are ignored", () => {
  const { gestures, names } = makeGestures();
  gestures.move(mouse(5, 5));
  gestures.up(mouse(5, 5));
  gestures.down(finger(7, 0, 0));
  gestures.down(mouse(1, 1));
  gestures.up(mouse(1, 1));
  assert.deepEqual(names(), ["begin"]);
});
