import { ViewerPart } from "./viewer-part.js";

const PIXEL_GRID_SCALE = 4;

/**
 * The pictures at their place: `data-role` after, over it the raw answer, and, left of the line,
 * before. Each is clipped at the line, so that nothing shines through what is transparent.
 */
class ViewerStage extends ViewerPart {
  connect() {
    const { viewport, divider, face } = this.viewer;
    this.raw = this.querySelector("[data-raw]");
    this.after = this.querySelector("[data-role=after]");
    this.before = this.querySelector("[data-role=before]");
    this.listen(viewport, "change", () => this.#place());
    this.listen(divider, "change", () => this.#cut());
    this.listen(face, "change", () => this.#cut());
    this.listen(this.viewer, "viewer:against", ({ detail }) => this.before.show(detail));
    this.#begin();
  }

  // The still picture beneath holds the place until this one is decoded.
  async #begin() {
    const { width } = this.viewer.viewport.picture;
    await this.after.show({ ...this.after.dataset, width });
    this.viewer.setAttribute("data-ready", "");
    this.#place();
  }

  #place() {
    const { view, picture } = this.viewer.viewport;
    this.style.width = `${picture.width * view.scale}px`;
    this.style.height = `${picture.height * view.scale}px`;
    this.style.transform = `translate(${view.x}px, ${view.y}px)`;
    const density = view.scale * devicePixelRatio;
    this.toggleAttribute("data-pixels", density >= PIXEL_GRID_SCALE);
    this.after.sharpen(density);
    this.before?.sharpen(density);
    this.#cut();
  }

  #cut() {
    if (!this.before) return;
    const cut = this.viewer.cut * 100;
    this.before.style.clipPath = `inset(0 ${100 - cut}% 0 0)`;
    for (const picture of [this.after, this.raw]) {
      if (picture) picture.style.clipPath = `inset(0 0 0 ${cut}%)`;
    }
  }
}

customElements.define("viewer-stage", ViewerStage);
