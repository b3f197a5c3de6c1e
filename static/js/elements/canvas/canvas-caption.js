import { CanvasPart } from "./canvas-part.js";

/**
 * Wraps words and links about the shown version: `data-name`, `data-label`, `data-understood`,
 * `data-download`, `data-continue` (hidden for the version this page was opened for).
 */
class CanvasCaption extends CanvasPart {
  #opened = "";

  connect() {
    this.#opened = this.studio.pictureId;
    this.listen(this.studio.shown, "change", () => this.#show());
    this.#show();
  }

  #show() {
    const { version } = this.studio.shown;
    for (const name of this.querySelectorAll("[data-name]")) name.textContent = version.name;
    for (const label of this.querySelectorAll("[data-label]")) label.textContent = version.label;
    for (const words of this.querySelectorAll("[data-understood]")) {
      words.textContent = version.understood;
      words.title = version.understood;
    }
    for (const link of this.querySelectorAll("[data-download]")) link.href = version.download;
    for (const link of this.querySelectorAll("[data-continue]")) {
      link.href = version.canvas;
      link.hidden = version.id === this.#opened;
    }
  }
}

customElements.define("canvas-caption", CanvasCaption);
