import assert from "node:assert/strict";
import { test } from "node:test";

import { Intent, randomId } from "../../static/js/models/intent.js";

function makeIntent() {
  let n = 0;
  return new Intent(() => `key-${(n += 1)}`);
}

test("the same content has the same key until it is accepted", () => {
  const intent = makeIntent();
  assert.equal(intent.key("a"), "key-1");
  assert.equal(intent.key("a"), "key-1");
  intent.accepted();
  assert.equal(intent.key("a"), "key-2");
});

test("other content is another wish", () => {
  const intent = makeIntent();
  assert.notEqual(intent.key("a"), intent.key("b"));
});

test("without randomUUID the id is a version 4 UUID all the same", () => {
  const getRandomValues = (bytes) => bytes.fill(0xff);
  assert.equal(randomId({ getRandomValues }), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  assert.equal(randomId({ randomUUID: () => "own", getRandomValues }), "own");
});
