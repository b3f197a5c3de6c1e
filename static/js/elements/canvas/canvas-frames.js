import { CanvasPart } from "./canvas-part.js";

/** The frames of several parts that a provider is sent one after the other, with their numbers. */
class CanvasFrames extends CanvasPart {
  #boxes = [];

  connect() {
    const form = this.studio.querySelector("canvas-form form");
    this.listen(form, "quoted", ({ detail }) => this.#frame(detail.boxes));
    this.listen(this.studio.viewport, "change", () => this.#place());
    this.listen(this.studio.shown, "change", () => this.#frame([]));
  }

  #frame(boxes) {
    this.#boxes = boxes;
    this.replaceChildren(...boxes.map((_box, number) => frame(number + 1)));
    this.#place();
  }

  #place() {
    const { view } = this.studio.viewport;
    this.#boxes.forEach(([left, top, right, bottom], number) => {
      const { style } = this.children[number];
      style.width = `${(right - left) * view.scale}px`;
      style.height = `${(bottom - top) * view.scale}px`;
      const [x, y] = [left * view.scale + view.x, top * view.scale + view.y];
      style.transform = `translate(${x}px, ${y}px)`;
    });
  }
}

function frame(number) {
  const frame = document.createElement("div");
  frame.className = "canvas__crop";
  const label = document.createElement("span");
  label.className = "canvas__frame-number badge badge--on-picture";
  label.textContent = String(number);
  frame.append(label);
  return frame;
}

customElements.define("canvas-frames", CanvasFrames);
