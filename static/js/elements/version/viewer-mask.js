import { layOver } from "../../lib/lay-over.js";
import { ViewerPart } from "./viewer-part.js";

/**
 * Wraps the button that lays the edit's mask over the picture. `data-mask` is its address,
 * `data-box` its left, top, right and bottom in picture pixels; fetched when first looked at.
 */
class ViewerMask extends ViewerPart {
  connect() {
    this.button = this.querySelector("button");
    this.veil = this.viewer.querySelector("[data-veil]");
    this.listen(this.button, "click", () => this.#toggle());
  }

  #toggle() {
    const isShown = this.button.getAttribute("aria-pressed") !== "true";
    this.button.setAttribute("aria-pressed", String(isShown));
    if (isShown) this.#place();
    this.veil.hidden = !isShown;
  }

  #place() {
    layOver(this.veil, this.dataset.box, this.viewer.viewport.picture);
    this.veil.style.maskImage = `url("${this.dataset.mask}")`;
  }
}

customElements.define("viewer-mask", ViewerMask);
