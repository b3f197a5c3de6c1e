// The worker's entry: {id, encode, width, height, commands} in, {id, painted, box, png?} or
// {id, error} out.

import { encodeMask, measureMask } from "./mask.js";

self.addEventListener("message", async ({ data }) => {
  const { id, encode, ...source } = data;
  try {
    const result = encode ? await encodeMask(source) : measureMask(source);
    self.postMessage({ id, ...result });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
});
