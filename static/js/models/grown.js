// A small mask grown as a disc would: by exact squared distances, first along columns, then rows
// (lower envelope of parabolas, after Felzenszwalb and Huttenlocher).

const FAR = 1e12;

/**
 * @param {Uint8Array | Uint8ClampedArray} covered one byte a pixel, 0 = not covered
 * @param {number} width
 * @param {number} height
 * @param {number} radius pixels, need not be whole
 * @returns {Uint8Array} 1 within `radius` of anything covered, else 0
 */
export function grownMask(covered, width, height, radius) {
  const squares = Float64Array.from(covered, (value) => (value > 0 ? 0 : FAR));
  const longest = Math.max(width, height);
  const work = { line: new Float64Array(longest), hull: new Int32Array(longest), ends: new Float64Array(longest + 1) };
  for (let x = 0; x < width; x += 1) spread(squares, x, width, height, work);
  for (let y = 0; y < height; y += 1) spread(squares, y * width, 1, width, work);
  const most = radius * radius;
  return Uint8Array.from(squares, (square) => (square <= most ? 1 : 0));
}

function spread(squares, offset, step, count, { line, hull, ends }) {
  for (let i = 0; i < count; i += 1) line[i] = squares[offset + i * step];
  let top = 0;
  hull[0] = 0;
  ends[0] = -Infinity;
  ends[1] = Infinity;
  for (let i = 1; i < count; i += 1) {
    let cross = crossing(line, hull[top], i);
    while (cross <= ends[top]) {
      top -= 1;
      cross = crossing(line, hull[top], i);
    }
    top += 1;
    hull[top] = i;
    ends[top] = cross;
    ends[top + 1] = Infinity;
  }
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    while (ends[at + 1] < i) at += 1;
    squares[offset + i * step] = (i - hull[at]) ** 2 + line[hull[at]];
  }
}

function crossing(line, a, b) {
  return (line[b] + b * b - line[a] - a * a) / (2 * (b - a));
}
