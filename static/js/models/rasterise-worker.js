// The worker's entry: {id, task, ...} in; out comes {id, ...result} or {id, error}. Tasks: measure
// and encode a mask {width, height, commands}, and likeness of a kept mask {url, longest}.

import { encodeMask, measureMask } from "./mask.js";
import { decodeGreyPng } from "./png-read.js";
import { Stencils, likeness } from "./stencils.js";

const stencils = new Stencils(async (url) => {
  const response = await fetch(url, { redirect: "error" });
  if (!response.ok) throw new Error(`mask: ${response.status}`);
  return decodeGreyPng(await response.arrayBuffer());
});

const TASKS = {
  measure: async (source) => measureMask(await equipped(source)),
  encode: async (source) => encodeMask(await equipped(source)),
  likeness: async ({ url, longest }) => {
    const { width, height, data } = likeness(await stencils.get(url), longest);
    return { bitmap: await createImageBitmap(new ImageData(data, width, height)) };
  },
};

async function equipped(source) {
  return { ...source, stencils: await stencils.gather(source.commands) };
}

self.addEventListener("message", async ({ data: { id, task, ...source } }) => {
  try {
    const result = await TASKS[task](source);
    self.postMessage({ id, ...result }, result.bitmap ? [result.bitmap] : []);
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
});
