// Which tool is in the hand and how large it is.

import { clamp } from "./geometry.js";

const TOOLS = Object.freeze(["brush", "eraser", "rectangle", "pan"]);
const DEFAULT_SHARE = 1 / 16;
const STEP = 1.2;

/** Fires "change" after every change. */
export class Toolbox extends EventTarget {
  /** @param {import("./view.js").Size} picture decides the largest and the first diameter */
  constructor(picture) {
    super();
    this.tool = "brush";
    this.subtracting = false;
    this.holding = false;
    this.setPicture(picture);
  }

  /** @param {import("./view.js").Size} picture */
  setPicture({ width, height }) {
    this.largest = Math.max(Math.min(width, height), 1);
    const first = Math.round(this.largest * DEFAULT_SHARE);
    this.setDiameter(this.diameter ?? first);
  }

  /** The tool that the next press uses: the hand while Space is held. */
  get active() {
    return this.holding ? "pan" : this.tool;
  }

  /** @param {string} tool one of TOOLS @throws {RangeError} for any other */
  choose(tool) {
    if (!TOOLS.includes(tool)) throw new RangeError(`no tool ${tool}`);
    this.tool = tool;
    this.subtracting = false;
    this.#changed();
  }

  /** Paint <-> erase; the rectangle adds <-> subtracts. */
  swap() {
    if (this.tool === "rectangle") this.subtracting = !this.subtracting;
    else this.tool = this.tool === "brush" ? "eraser" : "brush";
    this.#changed();
  }

  /** @param {boolean} on whether the hand is held for a moment */
  hold(on) {
    if (this.holding === on) return;
    this.holding = on;
    this.#changed();
  }

  /** @param {number} pixels diameter in picture pixels; what is not a number is ignored */
  setDiameter(pixels) {
    if (!Number.isFinite(pixels)) return;
    this.diameter = clamp(Math.round(pixels), 1, this.largest);
    this.#changed();
  }

  /** @param {1 | -1} direction */
  stepDiameter(direction) {
    const next = Math.round(this.diameter * STEP ** direction);
    this.setDiameter(next === this.diameter ? next + direction : next);
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
