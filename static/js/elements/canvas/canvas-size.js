import { CanvasPart } from "./canvas-part.js";

/** Wraps a range, a number and `data-value` (where there is no room for it): all are the brush's diameter in picture pixels. */
class CanvasSize extends CanvasPart {
  connect() {
    this.inputs = [...this.querySelectorAll("input")];
    for (const input of this.inputs) {
      this.listen(input, "input", () => this.studio.toolbox.setDiameter(this.#typed(input)));
      this.listen(input, "change", () => this.#show(true));
    }
    this.listen(this.studio.toolbox, "change", () => this.#show());
    this.#show();
  }

  #typed(input) {
    return input.value === "" ? Number.NaN : input.valueAsNumber;
  }

  #show(also = false) {
    const { diameter, largest } = this.studio.toolbox;
    this.querySelector("[data-value]").textContent = `${diameter} px`;
    for (const input of this.inputs) {
      input.max = String(largest);
      // Not while somebody types in it: "1" on the way to "120" is not yet a wish.
      if (also || input.type === "range" || input !== document.activeElement) {
        input.value = String(diameter);
      }
    }
  }
}

customElements.define("canvas-size", CanvasSize);
