// Unsent work kept for a reload under one key per picture: {mask, prompt, engine, parameters,
// inputs, framing, shown}.

const PREFIX = "canvas-draft:";

export class Draft {
  #store;
  #key;

  /** @param {Storage} store @param {string} picture its public id */
  constructor(store, picture) {
    this.#store = store;
    this.#key = PREFIX + picture;
  }

  /** @param {string} picture whose canvas the page has become; the old place is cleared */
  moveTo(picture) {
    const key = PREFIX + picture;
    if (key === this.#key) return;
    this.#store.removeItem(this.#key);
    this.#key = key;
  }

  /** @returns {object | null} what was saved, or null when there is nothing readable */
  load() {
    try {
      const value = JSON.parse(this.#store.getItem(this.#key) ?? "null");
      return typeof value === "object" ? value : null;
    } catch {
      return null;
    }
  }

  /** @param {object} value plain JSON @returns {boolean} false when the store is full or closed */
  save(value) {
    try {
      this.#store.setItem(this.#key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
}
