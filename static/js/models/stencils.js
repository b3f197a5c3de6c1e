// Masks the server keeps, as pixels: what "import" commands stand for.

/**
 * @typedef {{width: number, height: number, data: Uint8Array}} Stencil coverage, a byte a pixel
 */

/** Loads each mask once; one that could not be loaded is asked for again. */
export class Stencils {
  /** @type {Map<string, Promise<Stencil>>} */
  #known = new Map();
  #load;

  /** @param {(url: string) => Promise<Stencil>} load */
  constructor(load) {
    this.#load = load;
  }

  /** @param {string} url @returns {Promise<Stencil>} rejects when it cannot be had */
  async get(url) {
    if (!this.#known.has(url)) this.#known.set(url, this.#load(url));
    try {
      return await this.#known.get(url);
    } catch (error) {
      this.#known.delete(url);
      throw error;
    }
  }

  /**
   * @param {readonly import("./commands.js").Command[]} commands
   * @returns {Promise<Map<string, Stencil>>} what their imports need, by address
   */
  async gather(commands) {
    const urls = commands.filter(({ type }) => type === "import").map(({ mask }) => mask);
    return new Map(await Promise.all(urls.map(async (url) => [url, await this.get(url)])));
  }
}

/**
 * A smaller likeness for the eye: black, as opaque as the mask covers.
 * @param {Stencil} stencil
 * @param {number} longest pixels its longer side may have
 * @returns {{width: number, height: number, data: Uint8ClampedArray}} four bytes a pixel
 */
export function likeness({ width, height, data }, longest) {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / longest));
  const small = { width: Math.ceil(width / step), height: Math.ceil(height / step) };
  const pixels = new Uint8ClampedArray(small.width * small.height * 4);
  for (let y = 0; y < small.height; y += 1) {
    for (let x = 0; x < small.width; x += 1) {
      const left = x * step;
      const right = Math.min(left + step, width);
      const bottom = Math.min((y + 1) * step, height);
      pixels[(y * small.width + x) * 4 + 3] = mean(data, width, left, y * step, right, bottom);
    }
  }
  return { ...small, data: pixels };
}

function mean(data, width, left, top, right, bottom) {
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) sum += data[y * width + x];
  }
  return sum / ((right - left) * (bottom - top));
}
