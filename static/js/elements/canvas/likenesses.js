const LONGEST = 2048;
const AGAIN_MS = 5000;

/**
 * Kept masks as pictures in the mask's colour, for the overlay: loaded when first asked for, and
 * again a while after that failed.
 */
export class Likenesses {
  /** A canvas for each address; null while it is on its way or could not be had. */
  #known = new Map();

  /**
   * @param {import("./mask-worker.js").MaskWorker} worker
   * @param {{colour: () => string, ready: () => void, lost: () => void}} port
   */
  constructor(worker, port) {
    this.worker = worker;
    this.port = port;
  }

  /** @param {string} url @returns {HTMLCanvasElement | null} null until `ready` was called */
  get(url) {
    if (!this.#known.has(url)) {
      this.#known.set(url, null);
      this.#load(url);
    }
    return this.#known.get(url);
  }

  async #load(url) {
    try {
      const { bitmap } = await this.worker.likeness(url, LONGEST);
      this.#known.set(url, tinted(bitmap, this.port.colour()));
      this.port.ready();
    } catch {
      // Whoever paints next asks once more, but not with every stroke.
      setTimeout(() => this.#known.delete(url), AGAIN_MS);
      this.port.lost();
    }
  }
}

function tinted(bitmap, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = colour;
  context.fillRect(0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}
