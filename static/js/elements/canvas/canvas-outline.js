import { CanvasPart } from "./canvas-part.js";

/** The outline of a rectangle or straight stroke in the hand, before it is part of the mask. */
class CanvasOutline extends CanvasPart {
  connect() {
    this.listen(this.studio.mask, "shape", ({ detail }) => this.#draw(detail));
  }

  #draw({ phase, shape }) {
    const isDrawn = phase === "begin" || phase === "extend";
    this.hidden = !isDrawn || (shape.kind !== "rectangle" && shape.kind !== "line");
    if (this.hidden) return;
    this.toggleAttribute("data-removes", shape.mode === "subtract" || shape.tool === "eraser");
    if (shape.kind === "rectangle") this.#drawBox(shape);
    else this.#drawLine(shape);
  }

  #drawBox({ start, end }) {
    const { view } = this.studio.viewport;
    const x = Math.min(start.x, end.x) * view.scale + view.x;
    const y = Math.min(start.y, end.y) * view.scale + view.y;
    this.style.width = `${Math.abs(end.x - start.x) * view.scale}px`;
    this.style.height = `${Math.abs(end.y - start.y) * view.scale}px`;
    this.style.borderRadius = "0";
    this.style.transform = `translate(${x}px, ${y}px)`;
  }

  #drawLine({ start, end, diameter }) {
    const { view } = this.studio.viewport;
    const size = diameter * view.scale;
    const [dx, dy] = [(end.x - start.x) * view.scale, (end.y - start.y) * view.scale];
    const [x, y] = [start.x * view.scale + view.x, start.y * view.scale + view.y];
    this.style.width = `${Math.hypot(dx, dy) + size}px`;
    this.style.height = `${size}px`;
    this.style.borderRadius = `${size / 2}px`;
    const turn = `rotate(${Math.atan2(dy, dx)}rad) translate(${-size / 2}px, ${-size / 2}px)`;
    this.style.transform = `translate(${x}px, ${y}px) ${turn}`;
  }
}

customElements.define("canvas-outline", CanvasOutline);
