import { Divider, placeOf, seenSpan } from "../../models/divider.js";
import { Viewport } from "../../models/viewport.js";

/**
 * A version, and another on the same place to compare it with: owns the view and the line between
 * them. `data-width` and `data-height` are the picture's.
 */
class VersionViewer extends HTMLElement {
  connectedCallback() {
    const size = { width: Number(this.dataset.width), height: Number(this.dataset.height) };
    this.viewport = new Viewport(size, { padding: 0, most: Infinity });
    this.divider = new Divider();
  }

  /** What is seen of the picture's width: {start, end} in CSS pixels of the window. */
  get span() {
    const { view, picture, size } = this.viewport;
    return seenSpan(view, picture, size);
  }

  /** Where the line stands, in CSS pixels of the window. */
  get line() {
    return placeOf(this.divider.share, this.span);
  }

  /** Whether there is anything to compare with. */
  get compares() {
    return this.hasAttribute("data-compares");
  }
}

customElements.define("version-viewer", VersionViewer);
