import { ViewerPart } from "./viewer-part.js";

/**
 * Wraps the choice of what to compare with: each option has the addresses of its version, and the
 * word for it in the picture's corner; the first is what the picture was made from. Sends
 * `viewer:against` with the version.
 */
class ViewerAgainst extends ViewerPart {
  connect() {
    this.select = this.querySelector("select");
    this.listen(this.select, "change", () => this.#choose());
    this.listen(this.viewer.face, "change", () => this.#tell());
    this.#tell();
  }

  // Whoever chooses wants to compare again.
  #choose() {
    if (this.viewer.face.is("before")) this.viewer.face.show("after");
    else this.#tell();
  }

  #tell() {
    const { options, selectedOptions } = this.select;
    const { value, dataset } = this.viewer.face.is("before") ? options[0] : selectedOptions[0];
    const { name, preview, full } = dataset;
    const detail = { id: value, name, preview, full, width: Number(dataset.width) };
    this.viewer.querySelector("[data-before-label]").textContent = dataset.label;
    this.viewer.dispatchEvent(new CustomEvent("viewer:against", { detail }));
  }
}

customElements.define("viewer-against", ViewerAgainst);
