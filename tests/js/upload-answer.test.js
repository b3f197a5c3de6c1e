import assert from "node:assert/strict";
import { test } from "node:test";

import { isElsewhere, mayPassLater } from "../../static/js/lib/upload-answer.js";

const BASE = "https://studio.test/p/one/";
const ASKED = "/p/one/upload/";

test("a login page is known although its address ends with the one asked for", () => {
  assert.ok(isElsewhere(`https://studio.test/accounts/login/?next=${ASKED}`, ASKED, BASE));
  assert.ok(!isElsewhere(`https://studio.test${ASKED}`, ASKED, BASE));
});

test("only the server's own trouble is worth another try", () => {
  assert.deepEqual([500, 502, 507].map(mayPassLater), [true, true, true]);
  assert.deepEqual([403, 413, 422].map(mayPassLater), [false, false, false]);
});
