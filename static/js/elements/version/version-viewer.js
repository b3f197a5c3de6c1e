import { Divider, cutAt, placeOf, seenSpan } from "../../models/divider.js";
import { Face } from "../../models/face.js";
import { Viewport } from "../../models/viewport.js";

/**
 * A version, and another on the same place to compare it with: owns the view, the line between
 * them, and which face of the version is shown. `data-width` and `data-height` are the picture's.
 */
class VersionViewer extends HTMLElement {
  connectedCallback() {
    const size = { width: Number(this.dataset.width), height: Number(this.dataset.height) };
    this.viewport = new Viewport(size, { padding: 0, most: Infinity });
    this.divider = new Divider();
    this.face = new Face();
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

  /** How much of the picture's width belongs to the other version, 0 to 1. */
  get cut() {
    const { view, picture } = this.viewport;
    return this.face.is("before") ? 1 : cutAt(this.line, view, picture);
  }

  /** Whether there is anything to compare with, side by side. */
  get compares() {
    return this.hasAttribute("data-compares") && !this.face.is("before");
  }
}

customElements.define("version-viewer", VersionViewer);
