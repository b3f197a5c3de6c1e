import { putInPlace } from "./placing.js";

/** Where an edit can end; the names of editor.models.State. */
const SETTLED = new Set(["succeeded", "failed", "canceled", "unknown", "billed_unusable"]);

/**
 * @param {ParentNode} root
 * @returns {HTMLElement[]} all edit cards of the page
 */
export function editCards(root = document) {
  return [...root.querySelectorAll("[data-edit-id]")];
}

/**
 * @param {string} state
 * @returns {boolean} whether nothing more will happen by itself
 */
export function isSettled(state) {
  return SETTLED.has(state);
}

/**
 * Make the page show what the server sent: edit cards by id, new pictures at their place,
 * pictures that are gone no more.
 *
 * @param {Document} news parsed answer of the pulse view
 * @param {HTMLElement | null} room where edits unknown to the page go; null: they are left out
 */
export function applyNews(news, room) {
  // The newest come first, and go before all others: so the last of them is put there first.
  for (const card of editCards(news).reverse()) {
    const shown = document.getElementById(card.id);
    if (shown) updateCard(shown, card);
    else if (room) adopt(room, card);
  }
  for (const { dataset } of news.querySelectorAll("[data-gone]")) {
    document.getElementById(dataset.gone)?.remove();
  }
  for (const batch of news.querySelectorAll("[data-into]")) {
    const target = document.querySelector(batch.dataset.into);
    const fresh = [...batch.children].filter((item) => !document.getElementById(item.id));
    for (const item of fresh.reverse()) if (target) adopt(target, item);
  }
}

/**
 * Bring a server-drawn element to its place in `room`, and its htmx attributes to life.
 *
 * @param {HTMLElement} room
 * @param {HTMLElement} element may belong to another document
 * @param {"place" | "append"} where at its place among the others, or last
 */
export function adopt(room, element, where = "place") {
  const adopted = element.ownerDocument === document ? element : document.importNode(element, true);
  if (where === "append") room.append(adopted);
  else putInPlace(room, adopted);
  globalThis.htmx?.process(adopted);
}

/** Only the words and buttons are replaced: the card's picture stays, so nothing flashes. */
function updateCard(shown, card) {
  takeAttributes(shown, card);
  takeAttributes(shown.querySelector("edit-preview"), card.querySelector("edit-preview"));
  const live = shown.querySelector("[data-live]");
  const fresh = document.importNode(card.querySelector("[data-live]"), true);
  const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
  const isOpen = live.querySelector("details")?.open;
  live.replaceWith(fresh);
  fresh.querySelector("details")?.toggleAttribute("open", Boolean(isOpen));
  globalThis.htmx?.process(fresh);
  if (focused) document.getElementById(focused)?.focus();
}

function takeAttributes(shown, fresh) {
  for (const { name, value } of fresh?.attributes ?? []) shown?.setAttribute(name, value);
}
