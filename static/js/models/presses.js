// A press counts, unless it is the second of a double click on the same thing.

const LONGEST_PAUSE_MS = 1000;

export class Presses {
  #count = 0;
  #at = -Infinity;

  /**
   * @param {{detail: number, timeStamp: number}} click `detail` counts clicks at one place of the
   *   screen, also those that went to something else that was there a moment before; a key has 0
   * @returns {boolean} whether the click before it in the same row was already one of these
   */
  isRepeated({ detail, timeStamp }) {
    const isNext = detail > 1 && detail === this.#count + 1;
    const isRepeated = isNext && timeStamp - this.#at <= LONGEST_PAUSE_MS;
    this.#count = detail;
    this.#at = timeStamp;
    return isRepeated;
  }
}
