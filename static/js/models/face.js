// What the viewer shows of a result: itself, the answer as it came, or what was there before.

/** @typedef {"after" | "raw" | "before"} Name */

/** Fires "change" whenever another face is chosen. */
export class Face extends EventTarget {
  /** @type {Name} */
  name = "after";

  /** @param {Name} name */
  show(name) {
    if (name === this.name) return;
    this.name = name;
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** @param {Name} name */
  is(name) {
    return this.name === name;
  }
}
