import { CanvasPart } from "./canvas-part.js";

/** The frame of what a provider would be sent of the picture. */
class CanvasCrop extends CanvasPart {
  #box = null;

  connect() {
    this.listen(this.studio.querySelector("canvas-form form"), "quoted", ({ detail }) => {
      this.#box = detail.box;
      this.#place();
    });
    this.listen(this.studio.viewport, "change", () => this.#place());
    this.listen(this.studio.shown, "change", () => {
      this.#box = null;
      this.#place();
    });
  }

  #place() {
    this.hidden = this.#box === null;
    if (this.hidden) return;
    const [left, top, right, bottom] = this.#box;
    const { view } = this.studio.viewport;
    this.style.width = `${(right - left) * view.scale}px`;
    this.style.height = `${(bottom - top) * view.scale}px`;
    const [x, y] = [left * view.scale + view.x, top * view.scale + view.y];
    this.style.transform = `translate(${x}px, ${y}px)`;
  }
}

customElements.define("canvas-crop", CanvasCrop);
