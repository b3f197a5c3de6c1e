import assert from "node:assert/strict";
import { test } from "node:test";

import { csrfToken, keepTokensFresh } from "../../static/js/lib/csrf.js";

function makePage(cookie) {
  const page = new EventTarget();
  return Object.assign(page, { cookie, body: { dataset: { csrfCookie: "__Host-csrftoken" } } });
}

function send(page, type, facts) {
  page.dispatchEvent(Object.assign(new Event(type), facts));
}

test("the token is the cookie of exactly that name", () => {
  const page = makePage("csrftoken=other; x__Host-csrftoken=no; __Host-csrftoken=now%3D");
  assert.equal(csrfToken(page), "now=");
  assert.equal(csrfToken(makePage("csrftoken=other")), "");
});

test("forms and htmx send the token of now, not the one of the page", () => {
  const page = makePage("__Host-csrftoken=old");
  keepTokensFresh(page);
  page.cookie = "__Host-csrftoken=fresh";
  const formData = new FormData();
  formData.set("csrfmiddlewaretoken", "old");
  const detail = { headers: { "X-CSRFToken": "old" } };
  send(page, "formdata", { formData });
  send(page, "htmx:configRequest", { detail });
  assert.equal(formData.get("csrfmiddlewaretoken"), "fresh");
  assert.equal(detail.headers["X-CSRFToken"], "fresh");
});

test("forms without a token get none, and without a cookie the page's own stays", () => {
  const search = new FormData();
  const guarded = new FormData();
  guarded.set("csrfmiddlewaretoken", "own");
  const page = makePage("__Host-csrftoken=fresh");
  keepTokensFresh(page);
  send(page, "formdata", { formData: search });
  page.cookie = "";
  send(page, "formdata", { formData: guarded });
  assert.equal(search.has("csrfmiddlewaretoken"), false);
  assert.equal(guarded.get("csrfmiddlewaretoken"), "own");
});
