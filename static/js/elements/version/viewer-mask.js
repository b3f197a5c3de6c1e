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
    const { width, height } = this.viewer.viewport.picture;
    const [left, top, right, bottom] = this.dataset.box.split(" ").map(Number);
    const { style } = this.veil;
    style.left = `${(100 * left) / width}%`;
    style.top = `${(100 * top) / height}%`;
    style.width = `${(100 * (right - left)) / width}%`;
    style.height = `${(100 * (bottom - top)) / height}%`;
    style.maskImage = `url("${this.dataset.mask}")`;
  }
}

customElements.define("viewer-mask", ViewerMask);
