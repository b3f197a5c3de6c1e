import { editCards, isSettled } from "../../lib/edit-cards.js";
import { CanvasPart } from "./canvas-part.js";

/**
 * What a provider has drawn so far, at its place in the picture: mirrors the preview of the newest
 * edit under way of the version that is shown. Its child is an <edit-preview>.
 */
class CanvasPartial extends CanvasPart {
  connect(signal) {
    this.room = document.querySelector("#canvas-edits");
    this.preview = this.querySelector("edit-preview");
    this.listen(this.studio.shown, "change", () => this.#show());
    const observer = new MutationObserver(() => this.#show());
    const attributeFilter = ["data-state", "data-src"];
    observer.observe(this.room, { childList: true, subtree: true, attributeFilter });
    signal.addEventListener("abort", () => observer.disconnect());
    this.#show();
  }

  #newest() {
    const { id } = this.studio.shown.version;
    const running = editCards(this.room).filter((card) => !isSettled(card.dataset.state));
    const previews = running.map((card) => card.querySelector("edit-preview"));
    return previews.find(({ dataset }) => dataset.src && dataset.pictureId === id);
  }

  #show() {
    const found = this.#newest();
    this.studio.toggleAttribute("data-previewing", Boolean(found));
    if (found) this.#place(found.dataset.box);
    this.preview.dataset.src = found?.dataset.src ?? "";
  }

  #place(box) {
    const { width, height } = this.studio.shown.version;
    const [left, top, right, bottom] = (box || `0 0 ${width} ${height}`).split(" ").map(Number);
    this.style.left = `${(100 * left) / width}%`;
    this.style.top = `${(100 * top) / height}%`;
    this.style.width = `${(100 * (right - left)) / width}%`;
    this.style.height = `${(100 * (bottom - top)) / height}%`;
  }
}

customElements.define("canvas-partial", CanvasPartial);
