const FAR_PX = 48;
const STEEP = 1.4;

/**
 * @param {number} dx how far the finger went to the right
 * @param {number} dy how far it went down
 * @returns {-1 | 0 | 1} 1 for the next picture (a swipe to the left), -1 for the one before, 0 for
 *   no swipe
 */
export function swipeStep(dx, dy) {
  if (Math.abs(dx) < FAR_PX || Math.abs(dx) < Math.abs(dy) * STEEP) return 0;
  return dx < 0 ? 1 : -1;
}
