// A box that may reach beyond the picture, as if its edges were mirrors: as the server cuts it, but
// for the pixel at the edge, which is seen twice here.

/**
 * How often the picture's part is repeated along one axis until the span is full.
 * @param {number} start of the span, in picture pixels
 * @param {number} end
 * @param {number} limit the picture's extent
 * @returns {{from: number, length: number, before: number, after: number}} the part of the picture,
 *   and its copies on both sides, every other one in the mirror; the last may reach over the span
 */
export function repeated(start, end, limit) {
  const from = Math.max(start, 0);
  const length = Math.max(Math.min(end, limit) - from, 1);
  const before = Math.ceil((from - start) / length);
  const after = Math.max(Math.ceil((end - from) / length) - 1, 0);
  return { from, length, before, after };
}

/**
 * @typedef {{column: number, row: number}} Tile 0 is the part itself, odd ones are mirrored
 *
 * @param {number[]} box
 * @param {{width: number, height: number}} picture
 * @returns {{part: {x: number, y: number, width: number, height: number}, tiles: Tile[]}} the part
 *   of the picture that is seen, and its copies that fill the box
 */
export function tilesOf([x0, y0, x1, y1], picture) {
  const across = repeated(x0, x1, picture.width);
  const down = repeated(y0, y1, picture.height);
  const part = { x: across.from, y: down.from, width: across.length, height: down.length };
  const tiles = [];
  for (let row = 0 - down.before; row <= down.after; row += 1) {
    for (let column = 0 - across.before; column <= across.after; column += 1) tiles.push({ column, row });
  }
  return { part, tiles };
}
