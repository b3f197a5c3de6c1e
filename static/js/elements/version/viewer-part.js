import { ElementPart } from "../../lib/element-part.js";

/** What the parts of the viewer share: they live inside <version-viewer>, find its models there. */
export class ViewerPart extends ElementPart {
  connectedCallback() {
    this.viewer = this.closest("version-viewer");
    super.connectedCallback();
  }
}
