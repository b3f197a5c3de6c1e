// Undo and redo over steps; a step is one or more commands that belong together.

import { parseCommands } from "./commands.js";

export const UNDO_STEPS = 500;

/** @typedef {import("./commands.js").Command} Command */

export class History {
  /** Commands too old to be undone; they still count. @type {Command[]} */
  #base = [];
  /** @type {Command[][]} */
  #done = [];
  /** @type {Command[][]} */
  #undone = [];

  /** @returns {Command[]} the whole list, oldest first */
  get commands() {
    return [...this.#base, ...this.#done.flat()];
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /**
   * A new step; only this forgets what was undone.
   * @param {...Command} commands
   */
  push(...commands) {
    if (commands.length === 0) return;
    this.#done.push(commands);
    this.#undone = [];
    while (this.#done.length > UNDO_STEPS) this.#base.push(...this.#done.shift());
  }

  /** @returns {boolean} whether anything changed */
  undo() {
    return move(this.#done, this.#undone);
  }

  /** @returns {boolean} whether anything changed */
  redo() {
    return move(this.#undone, this.#done);
  }

  /** @returns {object} plain JSON */
  toJSON() {
    return { base: this.#base, done: this.#done, undone: this.#undone };
  }

  /**
   * @param {unknown} value parsed JSON of an earlier toJSON
   * @returns {History}
   * @throws {TypeError} when it is something else
   */
  static from(value) {
    const { base, done, undone } = Object(value);
    if (!Array.isArray(done) || !Array.isArray(undone)) throw new TypeError("not a history");
    const history = new History();
    history.#base = parseCommands(base);
    history.#done = done.map(parseCommands);
    history.#undone = undone.map(parseCommands);
    return history;
  }
}

function move(from, to) {
  const step = from.pop();
  if (step === undefined) return false;
  to.push(step);
  return true;
}
