// One key for one intent: sending the same content again is the same edit, never a second one.

/**
 * @param {{randomUUID?: () => string, getRandomValues: (bytes: Uint8Array) => Uint8Array}} source
 *   randomUUID is missing on plain http
 * @returns {string} a random UUID, version 4 (RFC 9562 section 5.4)
 */
export function randomId(source) {
  if (typeof source.randomUUID === "function") return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Intent {
  #newId;
  #content = null;
  #key = "";

  /** @param {() => string} newId */
  constructor(newId) {
    this.#newId = newId;
  }

  /**
   * @param {string} content everything that makes the edit what it is
   * @returns {string} the same key for the same content until it was accepted
   */
  key(content) {
    if (content !== this.#content) {
      this.#content = content;
      this.#key = this.#newId();
    }
    return this.#key;
  }

  /** The server has it: the same content from now on is a new wish. */
  accepted() {
    this.#content = null;
  }
}
