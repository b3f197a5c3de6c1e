// An 8-bit grey PNG to its bytes (W3C PNG, third edition). Not by way of a canvas: browsers may
// change what is read back from one, and phones cap its size.

const IHDR = 0x49484452;
const IDAT = 0x49444154;
const FIRST_CHUNK = 8;

/** How a byte was predicted from left, up and up-left, by filter type. */
const PREDICTIONS = [
  () => 0,
  (left) => left,
  (_left, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

/**
 * @param {ArrayBuffer} file
 * @returns {Promise<{width: number, height: number, data: Uint8Array}>} one byte a pixel
 * @throws {TypeError} when it is anything but a whole 8-bit grey PNG without interlacing
 */
export async function decodeGreyPng(file) {
  const { header, parts } = takeApart(new DataView(file));
  const [width, height] = [header?.getUint32(0), header?.getUint32(4)];
  const kind = header && [header.getUint8(8), header.getUint8(9), header.getUint8(12)].join();
  if (kind !== "8,0,0") throw new TypeError("not an 8-bit grey PNG");
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const rows = new Uint8Array(await new Response(stream).arrayBuffer());
  if (rows.length !== height * (width + 1)) throw new TypeError("a PNG of another size");
  return { width, height, data: unfiltered(rows, width, height) };
}

function takeApart(view) {
  let header = null;
  const parts = [];
  for (let at = FIRST_CHUNK; at + 12 <= view.byteLength; ) {
    const length = view.getUint32(at);
    const name = view.getUint32(at + 4);
    const end = at + 8 + length;
    if (end > view.byteLength) break;
    if (name === IHDR) header = new DataView(view.buffer, view.byteOffset + at + 8, length);
    if (name === IDAT) parts.push(new Uint8Array(view.buffer, view.byteOffset + at + 8, length));
    at = end + 4;
  }
  return { header, parts };
}

function unfiltered(rows, width, height) {
  const data = new Uint8Array(width * height);
  let above = new Uint8Array(width);
  for (let row = 0; row < height; row += 1) {
    const start = row * (width + 1);
    const predict = PREDICTIONS[rows[start]];
    if (!predict) throw new TypeError("an unknown filter");
    const line = data.subarray(row * width, (row + 1) * width);
    restore(line, rows.subarray(start + 1, start + 1 + width), above, predict);
    above = line;
  }
  return data;
}

function restore(line, raw, above, predict) {
  let left = 0;
  let corner = 0;
  for (let x = 0; x < line.length; x += 1) {
    const up = above[x];
    left = (raw[x] + predict(left, up, corner)) & 0xff;
    line[x] = left;
    corner = up;
  }
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const byLeft = Math.abs(guess - left);
  const byUp = Math.abs(guess - up);
  const byCorner = Math.abs(guess - corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
