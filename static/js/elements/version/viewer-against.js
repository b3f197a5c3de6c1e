import { ViewerPart } from "./viewer-part.js";

/**
 * Wraps the choice of what to compare with: each option has the addresses of its version, and the
 * word for it in the picture's corner. Sends `viewer:against` with the version.
 */
class ViewerAgainst extends ViewerPart {
  connect() {
    this.select = this.querySelector("select");
    this.listen(this.select, "change", () => this.#tell());
    this.#tell();
  }

  #tell() {
    const { value, dataset } = this.select.selectedOptions[0];
    const { name, preview, full } = dataset;
    const detail = { id: value, name, preview, full, width: Number(dataset.width) };
    this.viewer.querySelector("[data-before-label]").textContent = dataset.label;
    this.viewer.dispatchEvent(new CustomEvent("viewer:against", { detail }));
  }
}

customElements.define("viewer-against", ViewerAgainst);
