// Which version is on the stage, and whether its parent is looked at instead.

/**
 * @typedef {{id: string, name: string, label: string, understood: string, width: number, height: number,
 *   parent: string, preview: string, full: string, download: string, canvas: string}} Version
 */

/** Fires "change" after every change. */
export class Shown extends EventTarget {
  comparing = false;

  /** @param {Version} version */
  constructor(version) {
    super();
    this.version = version;
  }

  /** @param {Version} version */
  show(version) {
    this.version = version;
    this.comparing = false;
    this.#changed();
  }

  /** @param {boolean} on look at the parent in the version's place */
  compare(on) {
    if (on === this.comparing) return;
    this.comparing = on;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
