// An 8-bit grey PNG written band by band (W3C PNG, third edition): never the whole picture in
// memory. CompressionStream("deflate") is the zlib format that IDAT wants, Adler-32 included.

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => crcOfByte(n));

/**
 * @param {{width: number, height: number}} size
 * @param {Iterable<{rows: number, data: Uint8Array}>} bands grey rows, top to bottom
 * @returns {Promise<Blob>} image/png of exactly this size
 * @throws {RangeError} when the bands do not hold `height` rows
 */
export async function encodeGreyPng({ width, height }, bands) {
  const { readable, writable } = new CompressionStream("deflate");
  const parts = [SIGNATURE, chunk("IHDR", header(width, height))];
  // Both at once: a stream that nobody reads soon takes no more, and fails on both ends.
  const writing = feed(writable.getWriter(), bands, width, height);
  await Promise.all([collect(readable, parts), writing]);
  parts.push(chunk("IEND", new Uint8Array(0)));
  return new Blob(parts, { type: "image/png" });
}

/**
 * @param {Uint8Array[]} pieces
 * @returns {number} CRC-32 of the pieces one after another
 */
export function crc32(...pieces) {
  let crc = 0xffffffff;
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i += 1) {
      crc = CRC_TABLE[(crc ^ piece[i]) & 0xff] ^ (crc >>> 8);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

async function feed(writer, bands, width, height) {
  let rows = 0;
  try {
    for (const band of bands) {
      rows += band.rows;
      await writer.ready;
      // Not awaited: backpressure is `ready`, errors arrive at `close`.
      writer.write(filtered(band, width)).catch(() => {});
    }
    if (rows !== height) throw new RangeError(`${rows} rows for a height of ${height}`);
    await writer.close();
  } catch (error) {
    await writer.abort(error);
    throw error;
  }
}

// Each row is preceded by its filter type; 0 (None) is right for long runs of equal bytes.
function filtered({ rows, data }, width) {
  const out = new Uint8Array(rows * (width + 1));
  for (let row = 0; row < rows; row += 1) {
    out.set(data.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return out;
}

async function collect(readable, parts) {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parts.push(chunk("IDAT", value));
  }
}

function header(width, height) {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data[8] = 8; // bits a sample; colour type 0 (grey) and the rest stay 0
  return data;
}

function chunk(name, data) {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i += 1) out[4 + i] = name.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

function crcOfByte(n) {
  let crc = n;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc >>> 0;
}
