// Commands to coverage, exactly specified so that any other implementation agrees to the bit:
// each pixel has 4 x 4 subsamples at 1/8, 3/8, 5/8, 7/8; a stroke is the union of its capsules, a
// subsample is inside when its exact distance is <= the radius; a rectangle is half open. With k
// subsamples inside, s = (k * 255 + 8) >> 4; painting makes c = max(c, s), erasing
// c = min(c, 255 - s), importing a kept mask c = max(c, its coverage), invert c = 255 - c, clear
// c = 0. Worked in bands of whole rows, so that memory does not grow with the picture.

import { partsOf } from "./capsule.js";
import { effective } from "./commands.js";
import { SpanBand } from "./spans.js";

const BAND_ROWS = 64;
const SUB = 4;
const FULL = 16;

/**
 * @param {import("./mask.js").MaskSource} mask
 * @yields {{top: number, rows: number, data: Uint8Array}} coverage 0..255, `rows * width`
 *   bytes, top to bottom; `data` is used again for the next band
 */
export function* rasteriseBands({ width, height, commands, stencils = new Map() }) {
  const shapes = effective(commands).map((command) => toShape(command, stencils));
  const spans = new SpanBand(width, BAND_ROWS);
  const buffer = new Uint8Array(width * BAND_ROWS);
  for (let top = 0; top < height; top += BAND_ROWS) {
    const rows = Math.min(BAND_ROWS, height - top);
    const data = buffer.subarray(0, rows * width).fill(0);
    for (const shape of shapes) applyShape(shape, spans, { top, rows, width, data });
    yield { top, rows, data };
  }
}

/**
 * How much a band holds.
 * @param {{top: number, rows: number, data: Uint8Array}} band
 * @param {number} width
 * @param {{painted: number, box: number[] | null}} sum is updated: pixels with coverage above 0
 *   and their half-open box x0, y0, x1, y1
 */
export function measureBand(band, width, sum) {
  for (let row = 0; row < band.rows; row += 1) {
    const start = row * width;
    let first = start;
    let end = start + width;
    while (first < end && band.data[first] === 0) first += 1;
    if (first === end) continue;
    while (band.data[end - 1] === 0) end -= 1;
    sum.painted += countPainted(band.data, first, end);
    sum.box = grown(sum.box, first - start, band.top + row, end - start);
  }
}

function countPainted(data, first, end) {
  let count = 0;
  for (let i = first; i < end; i += 1) if (data[i] > 0) count += 1;
  return count;
}

function grown(box, x0, y, x1) {
  if (box === null) return [x0, y, x1, y + 1];
  return [Math.min(box[0], x0), box[1], Math.max(box[2], x1), y + 1];
}

function toShape(command, stencils) {
  if (command.type === "invert") return { invert: true };
  if (command.type === "import") return { stencil: placed(command, stencils.get(command.mask)) };
  const adds = command.tool === "brush" || command.mode === "add";
  if (command.type === "rectangle") return { adds, rectangle: samplesOf(command) };
  return { adds, parts: partsOf(command) };
}

function placed({ x0, y0, x1, y1 }, stencil) {
  if (stencil?.width !== x1 - x0 || stencil.height !== y1 - y0) {
    throw new RangeError("the kept mask is not at hand");
  }
  return { ...stencil, x: x0, y: y0 };
}

// Smallest i with 2i + 1 >= edge is floor(edge / 2), for the first and for one past the last.
function samplesOf({ x0, y0, x1, y1 }) {
  return {
    from: Math.floor(x0 / 2),
    to: Math.floor(x1 / 2),
    top: Math.floor(y0 / 2),
    bottom: Math.floor(y1 / 2) - 1,
  };
}

function applyShape(shape, spans, band) {
  if (shape.invert) {
    invert(band.data);
    return;
  }
  if (shape.stencil) {
    addStencil(shape.stencil, band);
    return;
  }
  if (shape.rectangle) addRectangle(shape.rectangle, spans, band);
  else for (const part of shape.parts) addPart(part, spans, band);
  spans.drain(shape.adds ? painter(band) : eraser(band));
}

function invert(data) {
  for (let i = 0; i < data.length; i += 1) data[i] = 255 - data[i];
}

function addStencil(stencil, { top, rows, width, data }) {
  const end = Math.min(stencil.y + stencil.height, top + rows);
  const columns = Math.min(stencil.width, width - stencil.x);
  for (let y = Math.max(stencil.y, top); y < end; y += 1) {
    const from = (y - stencil.y) * stencil.width;
    const to = (y - top) * width + stencil.x;
    for (let x = 0; x < columns; x += 1) {
      if (data[to + x] < stencil.data[from + x]) data[to + x] = stencil.data[from + x];
    }
  }
}

function addRectangle(rectangle, spans, { top, rows }) {
  const first = Math.max(rectangle.top, top * SUB);
  const last = Math.min(rectangle.bottom, (top + rows) * SUB - 1);
  for (let row = first; row <= last; row += 1) {
    spans.add(row - top * SUB, rectangle.from, rectangle.to);
  }
}

function addPart(part, spans, { top, rows }) {
  const first = Math.max(part.top, top * SUB);
  const last = Math.min(part.bottom, (top + rows) * SUB - 1);
  for (let row = first; row <= last; row += 1) part.cut(row, spans, row - top * SUB);
}

function painter({ width, data }) {
  return (row, from, to, samples) => {
    const start = row * width + from;
    const end = row * width + to;
    if (samples === FULL) {
      data.fill(255, start, end);
      return;
    }
    const value = shade(samples);
    for (let i = start; i < end; i += 1) if (data[i] < value) data[i] = value;
  };
}

function eraser({ width, data }) {
  return (row, from, to, samples) => {
    const start = row * width + from;
    const end = row * width + to;
    if (samples === FULL) {
      data.fill(0, start, end);
      return;
    }
    const value = 255 - shade(samples);
    for (let i = start; i < end; i += 1) if (data[i] > value) data[i] = value;
  };
}

function shade(samples) {
  return (samples * 255 + 8) >> 4;
}
