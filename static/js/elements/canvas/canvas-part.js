import { ElementPart } from "../../lib/element-part.js";

/** What all elements of the canvas share: they live inside <canvas-studio>, find its models there. */
export class CanvasPart extends ElementPart {
  connectedCallback() {
    this.studio = this.closest("canvas-studio");
    super.connectedCallback();
  }
}
