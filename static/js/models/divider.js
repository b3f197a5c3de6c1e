// The line between two pictures that lie on each other: it stands at a share of what is seen of
// them, so that it is always within reach, however far one has zoomed.

import { clamp } from "./geometry.js";

const MIDDLE = 0.5;

/** Fires "change" whenever the line moves. */
export class Divider extends EventTarget {
  /** 0 is the left edge of what is seen, 1 the right one. */
  share = MIDDLE;

  /** @param {number} share of what is seen */
  moveTo(share) {
    const next = clamp(share, 0, 1);
    if (next === this.share) return;
    this.share = next;
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** @param {number} by share, negative: to the left */
  step(by) {
    // Whole hundredths, so that as many steps back lead back.
    this.moveTo(Math.round((this.share + by) * 100) / 100);
  }

  reset() {
    this.moveTo(MIDDLE);
  }
}

/**
 * @param {import("./view.js").View} view
 * @param {import("./view.js").Size} picture in picture pixels
 * @param {import("./view.js").Size} size of the window in CSS pixels
 * @returns {{start: number, end: number}} what is seen of the picture's width, in CSS pixels
 */
export function seenSpan(view, picture, size) {
  const start = clamp(view.x, 0, size.width);
  return { start, end: clamp(view.x + picture.width * view.scale, start, size.width) };
}

/**
 * @param {number} share
 * @param {{start: number, end: number}} span
 * @returns {number} CSS pixels from the window's left edge
 */
export function placeOf(share, { start, end }) {
  return start + share * (end - start);
}

/**
 * @param {number} x CSS pixels from the window's left edge
 * @param {{start: number, end: number}} span
 * @returns {number} share, below 0 or above 1 outside
 */
export function shareAt(x, { start, end }) {
  return end > start ? (x - start) / (end - start) : MIDDLE;
}

/**
 * @param {number} x CSS pixels from the window's left edge
 * @param {import("./view.js").View} view
 * @param {import("./view.js").Size} picture
 * @returns {number} how much of the picture's width lies left of the line, 0 to 1
 */
export function cutAt(x, view, picture) {
  return clamp((x - view.x) / (picture.width * view.scale), 0, 1);
}
