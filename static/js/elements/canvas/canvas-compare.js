import { CanvasPart } from "./canvas-part.js";
import { capture } from "../../lib/capture.js";

const HOLD_MILLISECONDS = 300;

/** Wraps a button: a short press switches to the parent and back, a long one while it is held. */
class CanvasCompare extends CanvasPart {
  #pressedAt = 0;
  #wasOn = false;

  connect() {
    this.button = this.querySelector("button");
    this.listen(this.button, "pointerdown", (event) => this.#press(event));
    this.listen(this.button, "pointercancel", () => this.studio.shown.compare(false));
    this.listen(this.button, "click", (event) => this.#release(event));
    this.listen(this.studio.shown, "change", () => this.#show());
    this.#show();
  }

  #press(event) {
    if (event.button !== 0) return;
    capture(this.button, event);
    this.#wasOn = this.studio.shown.comparing;
    this.#pressedAt = event.timeStamp;
    this.studio.shown.compare(true);
  }

  #release({ detail, timeStamp }) {
    const { shown } = this.studio;
    const isKey = detail === 0;
    const wasHeld = timeStamp - this.#pressedAt > HOLD_MILLISECONDS;
    if (isKey) shown.compare(!shown.comparing);
    else if (wasHeld || this.#wasOn) shown.compare(false);
  }

  #show() {
    const { version, comparing } = this.studio.shown;
    this.button.disabled = !version.parent || !this.studio.versionItem(version.parent);
    this.button.setAttribute("aria-pressed", String(comparing));
  }
}

customElements.define("canvas-compare", CanvasCompare);
