// From pointers to what they mean. One pointer uses the tool or pans; a second finger cancels what
// the first began and both pan and zoom; two fingers that only tap undo.

import { distance } from "./geometry.js";

const TAP_TRAVEL = 12;
const TAP_MILLISECONDS = 350;

/**
 * @typedef {{id: number, x: number, y: number, touch: boolean, time: number,
 *   action: "use"|"erase"|"pan"}} Pointer x, y in CSS pixels of the viewport; time in ms
 * @typedef {{begin: Function, extend: Function, commit: Function, cancel: Function,
 *   pan: Function, pinch: Function, undo: Function}} Port what is done about it
 */

export class Gestures {
  /** @type {Map<number, Pointer>} */
  #pointers = new Map();
  /** idle, using, panning, pinching, or spent: fingers left over from a pinch do nothing. */
  #state = "idle";
  #since = 0;
  #travel = 0;
  #port;

  /** @param {Port} port */
  constructor(port) {
    this.#port = port;
  }

  get busy() {
    return this.#state !== "idle";
  }

  /** @param {Pointer} pointer */
  down(pointer) {
    if (this.#pointers.size > 0 && !pointer.touch) return;
    this.#pointers.set(pointer.id, pointer);
    if (this.#pointers.size === 1) this.#first(pointer);
    else if (this.#pointers.size === 2 && this.#state !== "spent") this.#second();
  }

  /**
   * @param {Pointer} pointer
   * @param {Pointer[]} path the places since the last move, oldest first
   */
  move(pointer, path = [pointer]) {
    const before = this.#pointers.get(pointer.id);
    if (before === undefined) return;
    if (this.#state === "pinching") this.#pinch(before, pointer);
    else if (this.#state === "using") this.#port.extend(path);
    else if (this.#state === "panning") this.#port.pan(pointer.x - before.x, pointer.y - before.y);
    this.#pointers.set(pointer.id, pointer);
  }

  /** @param {Pointer} pointer also for a pointer that was taken away: nothing is lost */
  up(pointer) {
    if (!this.#pointers.delete(pointer.id)) return;
    if (this.#state === "using") this.#port.commit();
    if (this.#state === "pinching") this.#released(pointer);
    if (this.#pointers.size === 0) this.#state = "idle";
  }

  /** Give up what was begun; the pointers stay down and do nothing more. */
  abandon() {
    if (this.#state === "using") this.#port.cancel();
    if (this.busy) this.#state = "spent";
  }

  #first(pointer) {
    this.#since = pointer.time;
    this.#travel = 0;
    this.#state = pointer.action === "pan" ? "panning" : "using";
    if (this.#state === "using") this.#port.begin(pointer);
  }

  #second() {
    if (this.#state === "using") this.#port.cancel();
    this.#state = "pinching";
  }

  #pinch(before, after) {
    const other = [...this.#pointers.values()].find((pointer) => pointer.id !== before.id);
    this.#travel += distance(before.x, before.y, after.x, after.y);
    const was = Math.max(distance(before.x, before.y, other.x, other.y), 1);
    const is = Math.max(distance(after.x, after.y, other.x, other.y), 1);
    this.#port.pinch({
      dx: (after.x - before.x) / 2,
      dy: (after.y - before.y) / 2,
      factor: is / was,
      at: { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 },
    });
  }

  #released(pointer) {
    const tapped = this.#travel < TAP_TRAVEL && pointer.time - this.#since < TAP_MILLISECONDS;
    if (tapped) this.#port.undo();
    this.#state = "spent";
  }
}
