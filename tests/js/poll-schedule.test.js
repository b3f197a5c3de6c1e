import assert from "node:assert/strict";
import { test } from "node:test";

import { nextDelay } from "../../static/js/lib/poll-schedule.js";

const BUSY = { quietMs: 0, failures: 0, hidden: false };

test("asks every second while things change", () => {
  assert.equal(nextDelay(BUSY), 1000);
  assert.equal(nextDelay({ ...BUSY, quietMs: 30_000 }), 1000);
});

test("grows calm, up to four seconds, once nothing changes", () => {
  assert.equal(nextDelay({ ...BUSY, quietMs: 45_000 }), 2500);
  assert.equal(nextDelay({ ...BUSY, quietMs: 60_000 }), 4000);
  assert.equal(nextDelay({ ...BUSY, quietMs: 3_600_000 }), 4000);
});

test("asks rarely in a hidden tab", () => {
  assert.equal(nextDelay({ ...BUSY, hidden: true }), 15_000);
});

test("backs off while the server cannot be reached, up to half a minute", () => {
  const delays = [1, 2, 3, 4, 5, 6, 100].map((failures) => nextDelay({ ...BUSY, failures }));
  assert.deepEqual(delays, [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("with nothing under way it asks now and then, and after a failure as after any", () => {
  assert.equal(nextDelay({ quietMs: 0, failures: 0, hidden: false, idle: true }), 15_000);
  assert.equal(nextDelay({ quietMs: 0, failures: 1, hidden: false, idle: true }), 2000);
});
