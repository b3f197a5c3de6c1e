/**
 * Runs tasks a few at a time, in the order they came.
 */
export class Queue {
  #atOnce;
  #running = 0;
  #waiting = [];

  /** @param {number} atOnce how many tasks run side by side */
  constructor(atOnce) {
    this.#atOnce = atOnce;
  }

  /** @param {() => Promise<void>} task starts when its turn comes; a rejection frees its place too */
  add(task) {
    this.#waiting.push(task);
    this.#next();
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
    };
    this.#waiting.shift()().then(done, done);
  }
}
