import { csrfToken } from "./csrf.js";

/**
 * Send a form's fields as scripts do and return what the server says.
 *
 * @param {string} url
 * @param {Record<string, string>} fields
 * @returns {Promise<{ ok: boolean, text: string, ids: string[] }>} `text` is for the member, ""
 *   when the server could not be reached or answered with a page; `ids` names what changed
 */
export async function post(url, fields) {
  const headers = { "HX-Request": "true", "X-CSRFToken": csrfToken() };
  const options = { method: "POST", headers, body: new URLSearchParams(fields), redirect: "manual" };
  const response = await fetch(url, options).catch(() => null);
  const type = response?.headers.get("Content-Type") ?? "";
  if (type.startsWith("application/json")) return { ok: response.ok, ...(await response.json()) };
  const text = type.startsWith("text/plain") ? await response.text() : "";
  return { ok: response?.ok ?? false, text, ids: [] };
}
