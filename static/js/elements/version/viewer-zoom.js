import { ViewerPart } from "./viewer-part.js";

/** Wraps the buttons `data-zoom` fit and actual, and an <output> for the scale in between. */
class ViewerZoom extends ViewerPart {
  connect() {
    const { viewport } = this.viewer;
    this.listen(this, "click", ({ target }) => this.#zoom(target.closest("[data-zoom]")));
    this.listen(viewport, "change", () => this.#show());
    this.#show();
  }

  #zoom(button) {
    if (button?.dataset.zoom === "fit") this.viewer.viewport.fit();
    if (button?.dataset.zoom === "actual") this.viewer.viewport.actualSize();
  }

  #show() {
    const { fitted, view } = this.viewer.viewport;
    this.#press("fit", fitted);
    this.#press("actual", !fitted && view.scale === 1);
  }

  #press(name, isPressed) {
    this.querySelector(`[data-zoom=${name}]`).setAttribute("aria-pressed", String(isPressed));
  }
}

customElements.define("viewer-zoom", ViewerZoom);
