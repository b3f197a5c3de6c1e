import assert from "node:assert/strict";
import { test } from "node:test";

import { INVERT } from "../../static/js/models/commands.js";
import { History, UNDO_STEPS } from "../../static/js/models/history.js";
import { makeBrush } from "./making.js";

function makeHistory(steps) {
  const history = new History();
  for (let i = 0; i < steps; i += 1) history.push(makeBrush(i + 1, [i, i]));
  return history;
}

test("undo and redo walk the same way", () => {
  const history = makeHistory(3);
  const all = history.commands;
  assert.ok(history.undo() && history.undo());
  assert.deepEqual(history.commands, all.slice(0, 1));
  assert.ok(history.redo() && history.redo());
  assert.deepEqual(history.commands, all);
  assert.equal(history.redo(), false);
});

test("a new command, and only that, forgets what was undone", () => {
  const history = makeHistory(2);
  history.undo();
  history.push();
  assert.ok(history.canRedo);
  history.push(INVERT);
  assert.equal(history.canRedo, false);
});

test("a step of several commands is undone at once", () => {
  const history = makeHistory(1);
  history.push(INVERT, makeBrush(5, [1, 1]));
  history.undo();
  assert.equal(history.commands.length, 1);
});

test("at least 200 steps can be undone, and older ones still count", () => {
  const history = makeHistory(UNDO_STEPS + 10);
  assert.equal(history.commands.length, UNDO_STEPS + 10);
  let undone = 0;
  while (history.undo()) undone += 1;
  assert.equal(undone, UNDO_STEPS);
  assert.ok(undone >= 200);
  assert.deepEqual(history.commands, makeHistory(10).commands);
});

test("it survives JSON with both directions", () => {
  const history = makeHistory(UNDO_STEPS + 2);
  history.undo();
  const copy = History.from(JSON.parse(JSON.stringify(history)));
  assert.deepEqual(copy.commands, history.commands);
  copy.redo();
  assert.equal(copy.commands.length, UNDO_STEPS + 2);
});

test("what is not a history is refused", () => {
  for (const value of [null, {}, { base: [], done: [[{ type: "x" }]], undone: [] }, "text"]) {
    assert.throws(() => History.from(value), TypeError);
  }
});
