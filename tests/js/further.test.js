import assert from "node:assert/strict";
import { test } from "node:test";

import { Further } from "../../static/js/models/further.js";

const picture = (id) => ({ id, name: `${id}.jpg`, thumb: `/m/${id}` });

function make(ids, most = 15) {
  const further = new Further();
  further.most = most;
  further.restore(ids.map(picture));
  return further;
}

const ids = (further) => further.pictures.map(({ id }) => id);

test("the picture with the mask is number one, so the first of these is number two", () => {
  const further = make(["a", "b"]);
  assert.deepEqual([further.number("a"), further.number("b"), further.number("c")], [2, 3, 0]);
});

test("no more are taken than the engine takes, and none twice", () => {
  const further = make(["a"], 2);
  assert.equal(further.add(picture("a")), true);
  assert.equal(further.add(picture("b")), true);
  assert.equal(further.add(picture("c")), false);
  assert.deepEqual(ids(further), ["a", "b"]);
});

test("one moves past its neighbour and stops at the ends", () => {
  const further = make(["a", "b", "c"]);
  assert.equal(further.move("c", -1), true);
  assert.deepEqual(ids(further), ["a", "c", "b"]);
  assert.equal(further.move("a", -1), false);
  assert.equal(further.move("b", 1), false);
  assert.equal(further.move("x", 1), false);
  assert.deepEqual(ids(further), ["a", "c", "b"]);
});

test("more than an engine takes stay until somebody removes them", () => {
  const further = make(["a", "b", "c"]);
  further.most = 1;
  assert.equal(further.isFull, true);
  assert.equal(further.pictures.length, 3);
  further.remove("b");
  assert.deepEqual(ids(further), ["a", "c"]);
});

test("each change is told once", () => {
  const further = make([]);
  let told = 0;
  further.addEventListener("change", () => (told += 1));
  further.add(picture("a"));
  further.add(picture("a"));
  further.move("a", 1);
  further.remove("a");
  assert.equal(told, 2);
});

test("a stored list cannot send the browser elsewhere", () => {
  const further = make([]);
  further.restore([
    { ...picture("a"), thumb: "https://elsewhere.example/a" },
    { ...picture("b"), thumb: "//elsewhere.example/b" },
    { ...picture("c"), id: "../c" },
    picture("d"),
    null,
    "e",
  ]);
  assert.deepEqual(ids(further), ["d"]);
  further.restore("nonsense");
  assert.deepEqual(ids(further), []);
});
