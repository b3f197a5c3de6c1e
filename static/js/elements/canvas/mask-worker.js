/** Asks the rasterising worker; one worker, started when first needed. */
export class MaskWorker {
  #url;
  #worker = null;
  #waiting = new Map();
  #lastId = 0;

  /** @param {string} url of models/rasterise-worker.js as the server publishes it */
  constructor(url) {
    this.#url = url;
  }

  /**
   * @param {import("../../models/mask.js").MaskSource} source
   * @returns {Promise<import("../../models/mask.js").MaskFacts>} rejects when the worker fails
   */
  measure(source) {
    return this.#ask({ ...source, task: "measure" });
  }

  /**
   * @param {import("../../models/mask.js").MaskSource} source
   * @returns {Promise<import("../../models/mask.js").MaskFacts & {png: Blob}>}
   */
  encode(source) {
    return this.#ask({ ...source, task: "encode" });
  }

  /**
   * @param {string} url of a mask the server keeps @param {number} longest pixels of a side
   * @returns {Promise<{bitmap: ImageBitmap}>} its likeness for the eye
   */
  likeness(url, longest) {
    return this.#ask({ url, longest, task: "likeness" });
  }

  /** What is asked for is no longer wanted. */
  close() {
    this.#fail(new Error("closed"));
  }

  #ask(question) {
    this.#worker ??= this.#start();
    const id = (this.#lastId += 1);
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#worker.postMessage({ ...question, id });
    return answer;
  }

  #start() {
    const worker = new Worker(this.#url, { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#answer(data));
    worker.addEventListener("error", () => this.#fail(new Error("worker failed")));
    return worker;
  }

  #answer({ id, error, ...result }) {
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    this.#waiting.delete(id);
    if (error) reject?.(new Error(error));
    else resolve?.(result);
  }

  #fail(error) {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
