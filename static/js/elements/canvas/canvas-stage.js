import { CanvasPart } from "./canvas-part.js";
import { readVersion } from "./read-version.js";

const PIXEL_GRID_SCALE = 4;

/** The shown picture at its place: its box is exactly what is seen of the picture. */
class CanvasStage extends CanvasPart {
  connect() {
    this.own = this.querySelector("[data-role=version]");
    this.parent = this.querySelector("[data-role=parent]");
    this.own.version = this.studio.shown.version;
    this.listen(this.studio.viewport, "change", () => this.#place());
    this.listen(this.studio.shown, "change", () => this.#show());
    this.#place();
  }

  #place() {
    const { view, picture } = this.studio.viewport;
    this.style.width = `${picture.width * view.scale}px`;
    this.style.height = `${picture.height * view.scale}px`;
    this.style.transform = `translate(${view.x}px, ${view.y}px)`;
    const density = view.scale * devicePixelRatio;
    this.toggleAttribute("data-pixels", density >= PIXEL_GRID_SCALE);
    this.#visible().sharpen(density);
  }

  #show() {
    const { version, comparing } = this.studio.shown;
    this.own.show(version);
    const parent = comparing && this.studio.versionItem(version.parent);
    if (parent) this.parent.show(readVersion(parent));
    this.parent.hidden = !parent;
    this.#place();
  }

  #visible() {
    return this.parent.hidden ? this.own : this.parent;
  }
}

customElements.define("canvas-stage", CanvasStage);
