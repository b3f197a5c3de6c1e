// A frame on the picture that is moved and resized by hand: it stays in the picture and keeps what
// is painted. Boxes are [x0, y0, x1, y1] in picture pixels, half open.

import { clamp } from "./geometry.js";

/**
 * @typedef {[number, number, number, number]} Box
 * @typedef {{mask: Box, picture: {width: number, height: number}}} Ground
 */

/**
 * @param {Box} box may reach beyond the picture
 * @param {Ground} ground
 * @returns {Box} within the picture, with the mask
 */
export function settled([x0, y0, x1, y1], { mask, picture }) {
  return [
    clamp(Math.round(x0), 0, mask[0]),
    clamp(Math.round(y0), 0, mask[1]),
    clamp(Math.round(x1), mask[2], picture.width),
    clamp(Math.round(y1), mask[3], picture.height),
  ];
}

/**
 * @param {Box} box
 * @param {number} dx picture pixels
 * @param {number} dy
 * @param {Ground} ground
 * @returns {Box} of the same size, as far as picture and mask let it move
 */
export function moved(box, dx, dy, ground) {
  const [x0, y0, x1, y1] = settled(box, ground);
  const { mask, picture } = ground;
  const right = Math.round(clamp(dx, Math.max(-x0, mask[2] - x1), Math.min(picture.width - x1, mask[0] - x0)));
  const down = Math.round(clamp(dy, Math.max(-y0, mask[3] - y1), Math.min(picture.height - y1, mask[1] - y0)));
  return [x0 + right, y0 + down, x1 + right, y1 + down];
}

/**
 * @param {Box} box
 * @param {string} side of the wind rose: "n", "ne", "e", …
 * @param {number} dx picture pixels that the side is pulled
 * @param {number} dy
 * @param {Ground} ground
 * @returns {Box}
 */
export function pulled(box, side, dx, dy, ground) {
  const [x0, y0, x1, y1] = settled(box, ground);
  return settled(
    [
      side.includes("w") ? x0 + dx : x0,
      side.includes("n") ? y0 + dy : y0,
      side.includes("e") ? x1 + dx : x1,
      side.includes("s") ? y1 + dy : y1,
    ],
    ground,
  );
}
