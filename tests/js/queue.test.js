import assert from "node:assert/strict";
import { test } from "node:test";

import { Queue } from "../../static/js/lib/queue.js";

function job(log, name) {
  const handle = {};
  const done = new Promise((resolve, reject) => Object.assign(handle, { resolve, reject }));
  handle.task = () => {
    log.push(name);
    return done;
  };
  return handle;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("runs no more than so many at once, in order", async () => {
  const log = [];
  const queue = new Queue(2);
  const jobs = ["a", "b", "c", "d"].map((name) => job(log, name));
  for (const { task } of jobs) queue.add(task);
  assert.deepEqual(log, ["a", "b"]);
  assert.equal(queue.size, 4);
  jobs[1].resolve();
  await settled();
  assert.deepEqual(log, ["a", "b", "c"]);
  assert.equal(queue.size, 3);
});

test("a failure frees its place", async () => {
  const log = [];
  const queue = new Queue(1);
  const jobs = ["a", "b"].map((name) => job(log, name));
  for (const { task } of jobs) queue.add(task);
  jobs[0].reject(new Error("lost"));
  await settled();
  jobs[1].resolve();
  await settled();
  assert.deepEqual(log, ["a", "b"]);
  assert.equal(queue.size, 0);
});

test("tells whenever a task came or ended", async () => {
  const sizes = [];
  const queue = new Queue(1, () => sizes.push(queue.size));
  queue.add(() => Promise.resolve());
  queue.add(() => Promise.reject(new Error("no")));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sizes, [1, 2, 1, 0]);
});
