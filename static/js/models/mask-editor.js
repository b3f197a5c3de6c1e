// The mask being made: its history and the shape in the hand.

import { CLEAR, INVERT, effective, mayPaint } from "./commands.js";
import { History } from "./history.js";
import { FreeStroke, Rectangle, StraightStroke } from "./shapes.js";

/**
 * Fires "mask" when the list changed (detail: {appended} the new commands, or null after undo,
 * redo or a replacement) and "shape" when the shape in the hand did (detail: {phase} begin,
 * extend, commit or cancel).
 */
export class MaskEditor extends EventTarget {
  #history = new History();
  /** Grows with every change of the list. */
  revision = 0;
  /** The shape in the hand or null. */
  shape = null;

  get commands() {
    return this.#history.commands;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** False: the mask is certainly empty. */
  get mayPaint() {
    return mayPaint(this.commands);
  }

  /**
   * @param {import("./toolbox.js").Toolbox} toolbox
   * @param {{x: number, y: number}} place picture pixels
   * @param {{erasing?: boolean, straight?: boolean}} modifiers
   */
  begin(toolbox, place, { erasing = false, straight = false } = {}) {
    if (toolbox.active === "rectangle") {
      const mode = erasing || toolbox.subtracting ? "subtract" : "add";
      this.shape = new Rectangle(mode, place);
    } else {
      const tool = erasing ? "eraser" : toolbox.active;
      const Stroke = straight ? StraightStroke : FreeStroke;
      this.shape = new Stroke(tool, toolbox.diameter, place);
    }
    this.#shaped("begin");
  }

  /** @param {Iterable<{x: number, y: number}>} places @param {boolean} regular */
  extend(places, regular = false) {
    if (this.shape === null) return;
    for (const place of places) this.shape.extend(place, regular);
    this.#shaped("extend");
  }

  commit() {
    const command = this.shape?.finish() ?? null;
    this.#shaped("commit");
    this.shape = null;
    if (command !== null) this.push(command);
  }

  cancel() {
    if (this.shape === null) return;
    this.#shaped("cancel");
    this.shape = null;
  }

  /** @param {...import("./commands.js").Command} commands one step */
  push(...commands) {
    this.#history.push(...commands);
    this.#changed(commands);
  }

  invert() {
    this.push(INVERT);
  }

  clear() {
    if (effective(this.commands).length > 0) this.push(CLEAR);
  }

  undo() {
    if (this.#history.undo()) this.#changed(null);
  }

  redo() {
    if (this.#history.redo()) this.#changed(null);
  }

  /** Begin anew, without history: another picture. */
  reset() {
    this.shape = null;
    this.#history = new History();
    this.#changed(null);
  }

  /** @param {unknown} value parsed JSON of an earlier toJSON @throws {TypeError} */
  restore(value) {
    this.#history = History.from(value);
    this.#changed(null);
  }

  toJSON() {
    return this.#history.toJSON();
  }

  #changed(appended) {
    this.revision += 1;
    this.dispatchEvent(new CustomEvent("mask", { detail: { appended } }));
  }

  #shaped(phase) {
    this.dispatchEvent(new CustomEvent("shape", { detail: { phase, shape: this.shape } }));
  }
}
