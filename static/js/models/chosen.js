// Parameters that somebody chose, by name: they outlive a change to an engine that lacks them.

const UNCHOSEN = new Set(["", "auto"]);
const EDGES = ["width", "height"];
const FREE = "free";

export class Chosen {
  #values = new Map();

  /** @param {string} name @param {unknown} value "" and "auto" leave it to the engine */
  set(name, value) {
    const text = String(value ?? "");
    if (UNCHOSEN.has(text)) this.#values.delete(name);
    else this.#values.set(name, text);
  }

  /** @param {string} name @returns {string} "" when it is left to the engine */
  get(name) {
    return this.#values.get(name) ?? "";
  }

  /** @returns {[string, string][]} in the server's own terms: a size of one's own is "WxH" */
  get wishes() {
    const wishes = [...this.#values].filter(([name]) => !EDGES.includes(name));
    return wishes
      .map(([name, value]) => [name, value === FREE ? this.#ownSize : value])
      .filter(([, value]) => value !== "");
  }

  /** Whether a size of one's own lacks an edge. */
  get isUnfinished() {
    return this.get("size") === FREE && this.#ownSize === "";
  }

  get #ownSize() {
    const [width, height] = EDGES.map((edge) => this.get(edge));
    return width && height ? `${width}x${height}` : "";
  }

  /** @returns {Record<string, string>} plain JSON */
  toJSON() {
    return Object.fromEntries(this.#values);
  }

  /** @param {unknown} value an earlier toJSON, or an edit's parameters as the server keeps them */
  restore(value) {
    this.#values.clear();
    if (value === null || typeof value !== "object") return;
    for (const [name, each] of Object.entries(value)) {
      if (typeof each === "string" || typeof each === "number") this.set(name, each);
    }
  }

  /**
   * Show a size that is not in the list as one of one's own.
   * @param {string[]} listed sizes to choose from
   */
  unfold(listed) {
    const size = this.get("size");
    const edges = /^(\d+)x(\d+)$/.exec(size);
    if (!edges || listed.includes(size) || !listed.includes(FREE)) return;
    this.set("size", FREE);
    this.set("width", edges[1]);
    this.set("height", edges[2]);
  }

  /**
   * Put into a form's data what was chosen and the form has no field or no choice for, so that the
   * server says what becomes of it.
   * @param {FormData} data @param {(name: string) => boolean} isShown
   */
  carry(data, isShown) {
    for (const [name, value] of this.wishes) if (!isShown(name)) data.set(name, value);
  }
}
