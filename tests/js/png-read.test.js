import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { crc32, encodeGreyPng } from "../../static/js/models/png.js";
import { decodeGreyPng } from "../../static/js/models/png-read.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), Buffer.from(data)]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function header(width, height, depth = 8, colour = 0, interlace = 0) {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  return chunk("IHDR", [...data.subarray(0, 8), depth, colour, 0, 0, interlace]);
}

/** A PNG of filtered rows, its data in two pieces and a text before them. */
function makePng(head, rows) {
  const packed = deflateSync(Buffer.from(rows));
  const pieces = [head, chunk("tEXt", Buffer.from("a\0b")), chunk("IDAT", packed.subarray(0, 5))];
  pieces.push(chunk("IDAT", packed.subarray(5)), chunk("IEND", []));
  return Uint8Array.from(Buffer.concat([Buffer.from(SIGNATURE), ...pieces])).buffer;
}

test("each filter is undone as the standard says", async () => {
  const rows = [
    [0, 10, 20, 30],
    [1, 5, 5, 250],
    [2, 1, 1, 1],
    [3, 10, 10, 10],
    [4, 1, 2, 255],
  ];
  const { width, height, data } = await decodeGreyPng(makePng(header(3, 5), rows.flat()));
  assert.deepEqual([width, height], [3, 5]);
  const expected = [
    [10, 20, 30],
    [5, 10, 4],
    [6, 11, 5],
    [13, 22, 23],
    [14, 24, 23],
  ];
  assert.deepEqual([...data], expected.flat());
});

test("what we write we can read", async () => {
  const data = Uint8Array.from({ length: 70 * 90 }, (_, n) => (n * n) % 251);
  const png = await encodeGreyPng({ width: 70, height: 90 }, [{ rows: 90, data }]);
  assert.deepEqual((await decodeGreyPng(await png.arrayBuffer())).data, data);
});

const GREY = [0, 1, 2];
const REFUSED = {
  "a colour picture": makePng(header(2, 1, 8, 2), [0, 1, 2, 3, 4, 5, 6]),
  "sixteen bits": makePng(header(2, 1, 16), [0, 1, 2, 3, 4]),
  interlacing: makePng(header(2, 1, 8, 0, 1), GREY),
  "too few rows": makePng(header(2, 2), GREY),
  "an unknown filter": makePng(header(2, 1), [7, 1, 2]),
  "no picture at all": new TextEncoder().encode("<!doctype html>").buffer,
};

for (const [name, file] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, () => assert.rejects(decodeGreyPng(file), TypeError));
}

test("a file that breaks off is refused", async () => {
  const whole = makePng(header(2, 1), GREY);
  await assert.rejects(decodeGreyPng(whole.slice(0, whole.byteLength - 24)));
});
