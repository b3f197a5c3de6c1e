import { ACTIONS } from "./actions.js";
import { CanvasPart } from "./canvas-part.js";

const TOOL_KEYS = { b: "brush", e: "eraser", r: "rectangle", h: "pan" };
const ACTION_KEYS = {
  "[": "smaller",
  "]": "larger",
  0: "fit",
  1: "actual",
  "+": "zoom-in",
  "=": "zoom-in",
  "-": "zoom-out",
  x: "swap",
  escape: "abandon",
};
const FOR_ALL = new Set(["fit", "actual", "zoom-in", "zoom-out"]);
const PAN_KEYS = {
  arrowleft: [1, 0],
  arrowright: [-1, 0],
  arrowup: [0, 1],
  arrowdown: [0, -1],
};
const PAN_PIXELS = 48;
const TYPED_IN = "textarea, select, [contenteditable], dialog[open] *, input:not([type=range])";

/** Keyboard shortcuts of the canvas; off while somebody types. */
class CanvasKeys extends CanvasPart {
  connect() {
    this.listen(document, "keydown", (event) => this.#down(event));
    this.listen(document, "keyup", (event) => {
      if (event.key === " ") this.studio.toolbox.hold(false);
    });
    this.listen(window, "blur", () => this.studio.toolbox.hold(false));
  }

  #down(event) {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "Enter") this.#run(event, "submit");
    if (event.defaultPrevented || event.altKey || event.target.closest(TYPED_IN)) return;
    const key = event.key.toLowerCase();
    if (isCommand) this.#command(event, key);
    else if (key === " ") this.#hold(event);
    else if (key in PAN_KEYS) this.#pan(event, PAN_KEYS[key]);
    else if (key in ACTION_KEYS) this.#run(event, ACTION_KEYS[key]);
    else if (key in TOOL_KEYS && this.studio.canEdit) this.studio.toolbox.choose(TOOL_KEYS[key]);
  }

  #command(event, key) {
    if (key === "z") this.#run(event, event.shiftKey ? "redo" : "undo");
    else if (key === "y") this.#run(event, "redo");
  }

  #run(event, action) {
    if (event.repeat && action === "submit") return;
    if (!this.studio.canEdit && !FOR_ALL.has(action)) return;
    event.preventDefault();
    ACTIONS[action](this.studio);
  }

  // Space on a button presses it; everywhere else it is the hand.
  #hold(event) {
    if (event.target.closest("button, a, summary, input")) return;
    event.preventDefault();
    this.studio.toolbox.hold(true);
  }

  #pan(event, [x, y]) {
    if (!event.target.closest("canvas-viewport")) return;
    event.preventDefault();
    this.studio.viewport.panBy(x * PAN_PIXELS, y * PAN_PIXELS);
  }
}

customElements.define("canvas-keys", CanvasKeys);
