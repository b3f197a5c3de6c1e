// Plain makers for the tests.

/** @returns {object} a brush stroke through pairs of picture pixels */
export function makeBrush(diameter, ...places) {
  return { type: "stroke", tool: "brush", diameter, points: places.flat().map((n) => n * 8) };
}

/** @returns {object} a rectangle in picture pixels */
export function makeBox(mode, x0, y0, x1, y1) {
  return { type: "rectangle", mode, x0: x0 * 8, y0: y0 * 8, x1: x1 * 8, y1: y1 * 8 };
}

/** @returns {string[]} types of all events the target sends from now on, with their details */
export function recordEvents(target, ...types) {
  const seen = [];
  for (const type of types) target.addEventListener(type, ({ detail }) => seen.push([type, detail]));
  return seen;
}

/** @returns {() => number} numbers from 0 to 1, always the same for a seed */
export function randomly(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
