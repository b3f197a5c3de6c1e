// A command list as numbers and as the file that is sent.

import { encodeGreyPng } from "./png.js";
import { measureBand, rasteriseBands } from "./rasterise.js";

/**
 * @typedef {{width: number, height: number,
 *   commands: import("./commands.js").Command[],
 *   stencils?: Map<string, import("./stencils.js").Stencil>}} MaskSource stencils: what the
 *   commands import
 * @typedef {{painted: number, box: number[] | null}} MaskFacts painted: pixels with coverage
 *   above 0; box: theirs, half open, or null when the mask is empty
 */

/**
 * @param {MaskSource} source
 * @returns {MaskFacts}
 */
export function measureMask(source) {
  const sum = { painted: 0, box: null };
  for (const band of rasteriseBands(source)) measureBand(band, source.width, sum);
  return sum;
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
  for (const band of rasteriseBands(source)) {
    measureBand(band, source.width, sum);
    yield band;
  }
}
