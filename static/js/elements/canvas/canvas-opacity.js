import { CanvasPart } from "./canvas-part.js";

/** Wraps a range (percent): how strongly the mask covers the picture. */
class CanvasOpacity extends CanvasPart {
  connect() {
    this.input = this.querySelector("input");
    this.listen(this.input, "input", () => this.#apply());
    this.#apply();
  }

  #apply() {
    const canvas = this.studio.querySelector("canvas-overlay canvas");
    canvas.style.opacity = String(this.input.valueAsNumber / 100);
  }
}

customElements.define("canvas-opacity", CanvasOpacity);
