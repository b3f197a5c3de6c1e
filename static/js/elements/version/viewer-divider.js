import { capture } from "../../lib/capture.js";
import { fill } from "../../lib/format.js";
import { shareAt } from "../../models/divider.js";
import { ViewerPart } from "./viewer-part.js";

const STEP = 0.02;
const LEAP = 0.1;
const STEPS = {
  ArrowLeft: -STEP,
  ArrowDown: -STEP,
  ArrowRight: STEP,
  ArrowUp: STEP,
  PageDown: -LEAP,
  PageUp: LEAP,
  Home: -1,
  End: 1,
};
const LABEL_SHARE = 0.2;

/**
 * The line's handle, a slider. `data-text` says where it stands, with {before} and {after} for the
 * shares in percent. A double click puts it in the middle.
 */
class ViewerDivider extends ViewerPart {
  #offset = 0;
  #held = null;

  connect() {
    const { viewport, divider } = this.viewer;
    this.listen(this, "pointerdown", (event) => this.#take(event));
    this.listen(this, "pointermove", (event) => this.#drag(event));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.listen(this, type, () => (this.#held = null));
    }
    this.listen(this, "dblclick", () => divider.reset());
    this.listen(this, "keydown", (event) => this.#key(event));
    this.listen(viewport, "change", () => this.#place());
    this.listen(divider, "change", () => this.#show());
    this.#show();
  }

  // The window behind must not take the drag for its own.
  #take(event) {
    event.stopPropagation();
    if (event.button !== 0 || this.#held !== null) return;
    event.preventDefault();
    this.focus({ preventScroll: true, focusVisible: false });
    this.#held = event.pointerId;
    this.#offset = this.#x(event) - this.viewer.line;
    capture(this, event);
  }

  #drag(event) {
    if (event.pointerId !== this.#held) return;
    event.stopPropagation();
    this.viewer.divider.moveTo(shareAt(this.#x(event) - this.#offset, this.viewer.span));
  }

  #x({ clientX }) {
    return clientX - this.parentElement.getBoundingClientRect().left;
  }

  #key(event) {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.viewer.divider.step(event.shiftKey && Math.abs(step) === STEP ? step * 5 : step);
  }

  #place() {
    this.style.transform = `translateX(${this.viewer.line}px)`;
  }

  #show() {
    const { share } = this.viewer.divider;
    const before = Math.round(share * 100);
    const text = fill(this.dataset.text, { before, after: 100 - before });
    this.setAttribute("aria-valuenow", before);
    this.setAttribute("aria-valuetext", text);
    // A label on the other picture's side would say what is not so.
    this.viewer.toggleAttribute("data-all-after", share < LABEL_SHARE);
    this.viewer.toggleAttribute("data-all-before", share > 1 - LABEL_SHARE);
    this.#place();
  }
}

customElements.define("viewer-divider", ViewerDivider);
