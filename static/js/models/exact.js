// Integer arithmetic that is exact although JavaScript's numbers are doubles.
// For |a| < 2^52 and b > 0, Math.floor(a / b) and Math.floor(Math.sqrt(a)) are already exact: the
// true value is at least 1/b (or 1/(2 sqrt a)) below the next integer, more than half an ulp, so
// correct rounding cannot reach it. Only larger products need care.

const EXACT = 2 ** 52;

/**
 * floor(sqrt(a * b)), also where a * b leaves the range of exact doubles.
 * @param {number} a an integer >= 0
 * @param {number} b an integer >= 0; the root must be below 2^52
 * @returns {number}
 */
export function rootOfProduct(a, b) {
  const product = a * b;
  if (product < EXACT) return Math.floor(Math.sqrt(product));
  const exact = BigInt(a) * BigInt(b);
  let root = BigInt(Math.floor(Math.sqrt(product)));
  while (root * root > exact) root -= 1n;
  while ((root + 1n) * (root + 1n) <= exact) root += 1n;
  return Number(root);
}
