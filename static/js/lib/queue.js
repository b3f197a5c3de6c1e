/**
 * Runs tasks a few at a time, in the order they came.
 */
export class Queue {
  #atOnce;
  #onChange;
  #running = 0;
  #waiting = [];

  /**
   * @param {number} atOnce how many tasks run side by side
   * @param {() => void} onChange called when a task came or ended
   */
  constructor(atOnce, onChange = () => {}) {
    this.#atOnce = atOnce;
    this.#onChange = onChange;
  }

  /** @param {() => Promise<void>} task starts when its turn comes; a rejection frees its place too */
  add(task) {
    this.#waiting.push(task);
    this.#next();
    this.#onChange();
  }

  /** @returns {number} tasks running or waiting */
  get size() {
    return this.#running + this.#waiting.length;
  }

  #next() {
    if (this.#running >= this.#atOnce || this.#waiting.length === 0) return;
    this.#running += 1;
    const done = () => {
      this.#running -= 1;
      this.#next();
      this.#onChange();
    };
    this.#waiting.shift()().then(done, done);
  }
}
