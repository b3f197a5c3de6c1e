import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";

import { crc32, encodeGreyPng } from "../../static/js/models/png.js";

async function bytesOf(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}

function chunksOf(bytes) {
  const view = new DataView(bytes.buffer);
  const chunks = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 4, at + 8 + length);
    assert.equal(view.getUint32(at + 8 + length), crc32(body));
    chunks.push({ name, data: body.subarray(4) });
  }
  return chunks;
}

test("CRC-32 has the check value of its standard", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("the file holds the rows, each after its filter byte, and inflates with a right Adler-32", async () => {
  const bands = [
    { rows: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
    { rows: 1, data: Uint8Array.of(7, 8, 9) },
  ];
  const blob = await encodeGreyPng({ width: 3, height: 3 }, bands);
  const bytes = await bytesOf(blob);
  assert.equal(blob.type, "image/png");
  assert.deepEqual([...bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = chunksOf(bytes);
  assert.equal(chunks[0].name, "IHDR");
  assert.deepEqual([...chunks[0].data], [0, 0, 0, 3, 0, 0, 0, 3, 8, 0, 0, 0, 0]);
  assert.equal(chunks.at(-1).name, "IEND");
  const packed = chunks.filter(({ name }) => name === "IDAT").map(({ data }) => data);
  const rows = inflateSync(Buffer.concat(packed));
  assert.deepEqual([...rows], [0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9]);
});

test("bands may use one buffer again and again", async () => {
  const data = new Uint8Array(4096);
  function* bands() {
    for (let value = 0; value < 40; value += 1) yield { rows: 1, data: data.fill(value) };
  }
  const bytes = await bytesOf(await encodeGreyPng({ width: 4096, height: 40 }, bands()));
  const packed = chunksOf(bytes).filter(({ name }) => name === "IDAT").map(({ data: part }) => part);
  const rows = inflateSync(Buffer.concat(packed));
  for (let row = 0; row < 40; row += 1) assert.equal(rows[row * 4097 + 4096], row);
});

test("too few rows are an error, not a broken file", async () => {
  const bands = [{ rows: 1, data: Uint8Array.of(1) }];
  await assert.rejects(encodeGreyPng({ width: 1, height: 2 }, bands), RangeError);
});
