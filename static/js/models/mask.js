// A command list as numbers and as the file that is sent.

import { Islands } from "./islands.js";
import { encodeGreyPng } from "./png.js";
import { measureBand, rasteriseBands } from "./rasterise.js";

/**
 * @typedef {{width: number, height: number,
 *   commands: import("./commands.js").Command[],
 *   stencils?: Map<string, import("./stencils.js").Stencil>, clip?: number[] | null}} MaskSource
 *   stencils: what the commands import; clip: the box of what counts, null for all
 * @typedef {{painted: number, box: number[] | null}} MaskFacts painted: pixels with coverage
 *   above 0; box: theirs, half open, or null when the mask is empty
 */

/**
 * @param {MaskSource} source
 * @returns {MaskFacts & {islands: number[][]}} islands: the boxes of what lies apart
 */
export function measureMask(source) {
  const sum = { painted: 0, box: null };
  const islands = new Islands(source);
  for (const band of bandsOf(source)) {
    measureBand(band, source.width, sum);
    islands.add(band);
  }
  return { ...sum, islands: islands.boxes };
}

/**
 * @param {MaskSource} source
 * @returns {Promise<MaskFacts & {png: Blob}>} 8-bit grey, 255 = edit, the picture's full size
 */
export async function encodeMask(source) {
  const sum = { painted: 0, box: null };
  const png = await encodeGreyPng(source, measured(source, sum));
  return { ...sum, png };
}

function* measured(source, sum) {
  for (const band of bandsOf(source)) {
    measureBand(band, source.width, sum);
    yield band;
  }
}

function* bandsOf(source) {
  for (const band of rasteriseBands(source)) {
    if (source.clip) clip(band, source.width, source.clip);
    yield band;
  }
}

function clip({ top, rows, data }, width, [x0, y0, x1, y1]) {
  for (let row = 0; row < rows; row += 1) {
    const start = row * width;
    const isInside = top + row >= y0 && top + row < y1;
    data.fill(0, start, start + (isInside ? x0 : width));
    if (isInside) data.fill(0, start + x1, start + width);
  }
}
