import assert from "node:assert/strict";
import { test } from "node:test";

import { noteTimeZone } from "../../static/js/lib/time-zone.js";

const pageAt = (protocol, cookie = "") => ({ cookie, location: { protocol } });

test("the zone is told once", () => {
  const page = pageAt("http:");
  noteTimeZone(page, "Europe/Berlin");
  assert.equal(
    page.cookie,
    "timezone=Europe%2FBerlin; path=/; max-age=31536000; samesite=lax",
  );
  const told = pageAt("http:", "a=b; timezone=Europe%2FBerlin");
  noteTimeZone(told, "Europe/Berlin");
  assert.equal(told.cookie, "a=b; timezone=Europe%2FBerlin");
});

test("over https the cookie is secure, and no zone is no cookie", () => {
  const page = pageAt("https:");
  noteTimeZone(page, "Asia/Seoul");
  assert.match(page.cookie, /; secure$/);
  const silent = pageAt("http:");
  noteTimeZone(silent, undefined);
  noteTimeZone(silent, "");
  assert.match(silent.cookie, /^(?:timezone=.*)?$/);
});
