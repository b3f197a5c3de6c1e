// Plain geometry. Picture coordinates of commands are integers in eighths of a picture pixel.

export const EIGHTHS = 8;

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number} value kept inside [low, high]
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/**
 * @param {number} pixels a length or coordinate in picture pixels
 * @returns {number} the nearest integer in eighths of a pixel
 */
export function toEighths(pixels) {
  // `+ 0` turns -0 into 0, which JSON and strict equality would otherwise tell apart.
  return Math.round(pixels * EIGHTHS) + 0;
}

/**
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 * @returns {number} Euclidean distance
 */
export function distance(ax, ay, bx, by) {
  return Math.hypot(bx - ax, by - ay);
}

/**
 * The far corner of a square that starts at (ax, ay) and grows towards (bx, by).
 * @returns {[number, number]} corner
 */
export function squareCorner(ax, ay, bx, by) {
  const side = Math.max(Math.abs(bx - ax), Math.abs(by - ay));
  return [ax + (bx < ax ? -side : side), ay + (by < ay ? -side : side)];
}

/**
 * @returns {{x0: number, y0: number, x1: number, y1: number}} the box with ordered corners
 */
export function orderedBox(ax, ay, bx, by) {
  return {
    x0: Math.min(ax, bx),
    y0: Math.min(ay, by),
    x1: Math.max(ax, bx),
    y1: Math.max(ay, by),
  };
}
