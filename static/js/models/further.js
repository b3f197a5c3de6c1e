// Further pictures of an edit, in the order the engine sees them. The picture that takes the mask
// is number 1 and not among them.

const FIRST_NUMBER = 2;

/**
 * @typedef {{id: string, name: string, thumb: string}} Glimpse thumb: an address on this server
 */

/** Fires "change" after every change. */
export class Further extends EventTarget {
  /** How many may go along. */
  most = 0;
  #pictures = [];

  /** @returns {readonly Glimpse[]} */
  get pictures() {
    return this.#pictures;
  }

  get isFull() {
    return this.#pictures.length >= this.most;
  }

  /** @param {string} id @returns {number} its number for the engine, 0 when it is not among them */
  number(id) {
    return this.#place(id) < 0 ? 0 : this.#place(id) + FIRST_NUMBER;
  }

  /** @param {Glimpse} picture @returns {boolean} false when there is no room */
  add(picture) {
    if (this.number(picture.id)) return true;
    if (this.isFull) return false;
    this.#change([...this.#pictures, picture]);
    return true;
  }

  /** @param {string} id */
  remove(id) {
    this.#change(this.#pictures.filter((picture) => picture.id !== id));
  }

  /** @param {string} id @param {number} step @returns {boolean} whether it moved */
  move(id, step) {
    const from = this.#place(id);
    const to = from + step;
    if (from < 0 || to < 0 || to >= this.#pictures.length) return false;
    const pictures = [...this.#pictures];
    pictures.splice(to, 0, ...pictures.splice(from, 1));
    this.#change(pictures);
    return true;
  }

  /** @param {unknown} value parsed JSON nobody vouches for; what is no picture is left out */
  restore(value) {
    this.#change(Array.isArray(value) ? value.filter(isGlimpse) : []);
  }

  #place(id) {
    return this.#pictures.findIndex((picture) => picture.id === id);
  }

  #change(pictures) {
    this.#pictures = pictures;
    this.dispatchEvent(new CustomEvent("change"));
  }
}

// A path of this very server: a stored list must not send the browser elsewhere.
function isGlimpse(value) {
  if (value === null || typeof value !== "object") return false;
  const { id, name, thumb } = value;
  const isPath = typeof thumb === "string" && /^\/[^/\\]/.test(thumb);
  return isPath && typeof id === "string" && /^[a-z0-9]+$/.test(id) && typeof name === "string";
}
