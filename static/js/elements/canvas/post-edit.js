import { editCards } from "../../lib/edit-cards.js";

const TIMEOUT_MILLISECONDS = 180_000;
const OWN_WORDS = new Set([422, 507]);
const ACCEPTED = 201;
const ASKED = 200;
const EXPLAINED = new Set([403, 404, 413, 507]);

/**
 * Send an edit.
 * @param {string} url the version's canvas
 * @param {FormData} data
 * @returns {Promise<{cards: HTMLElement[]} | {question: HTMLElement} | {message: Node} |
 *   {code: string}>} the card of the accepted edit, or of one for each area in their order, a question
 *   that comes first, the server's own words, or the name of a message that the page has
 */
export async function postEdit(url, data) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      body: data,
      headers: { "HX-Request": "true" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    return await understand(response);
  } catch {
    return { code: "network" };
  }
}

async function understand(response) {
  if (response.type === "opaqueredirect") return { code: "signed-out" };
  const { status } = response;
  if (response.headers.has("X-Csrf-Failed")) return { code: "expired" };
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const cards = status === ACCEPTED ? editCards(page) : [];
  if (cards.length > 0) return { cards };
  const question = status === ASKED ? page.querySelector("[data-consent]") : null;
  if (question) return { question };
  const text = OWN_WORDS.has(status) ? page.body.textContent.trim() : "";
  return text ? { message: document.createTextNode(text) } : { code: nameOf(status) };
}

function nameOf(status) {
  return EXPLAINED.has(status) ? String(status) : "server";
}
