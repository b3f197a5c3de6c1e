// The size a picture comes in when its longest side is limited: the same figures as the server's
// (editor.imaging.preview.fit), whose language rounds halves to even numbers.

/**
 * @param {{width: number, height: number}} size
 * @param {number} side longest side in pixels
 * @returns {{width: number, height: number}} never enlarged
 */
export function fit({ width, height }, side) {
  const longest = Math.max(width, height);
  if (longest <= side) return { width, height };
  return { width: shrunk(width, side, longest), height: shrunk(height, side, longest) };
}

/** The longest side that so many percent of a picture have; as editor.forms.media settles it. */
export function sideOf(longest, percent) {
  return Math.max(1, roundHalfEven((longest * percent) / 100));
}

function shrunk(length, side, longest) {
  return Math.max(1, roundHalfEven((length * side) / longest));
}

function roundHalfEven(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
