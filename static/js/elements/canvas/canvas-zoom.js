import { CanvasPart } from "./canvas-part.js";

/** Wraps the <output> that says how large the picture is shown. */
class CanvasZoom extends CanvasPart {
  connect() {
    this.output = this.querySelector("output");
    this.listen(this.studio.viewport, "change", () => this.#show());
    this.#show();
  }

  #show() {
    const percent = this.studio.viewport.view.scale * 100;
    const digits = percent < 10 ? 1 : 0;
    const format = new Intl.NumberFormat(document.documentElement.lang, {
      maximumFractionDigits: digits,
    });
    this.output.value = `${format.format(percent)} %`;
  }
}

customElements.define("canvas-zoom", CanvasZoom);
