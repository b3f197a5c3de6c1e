import { CanvasPart } from "./canvas-part.js";

/**
 * Says that only one area of the mask is edited now, with a `data-all` to edit all again. It is
 * chosen by a `data-only` (its box) anywhere in the form, and given up with the next stroke.
 */
class CanvasOnly extends CanvasPart {
  connect() {
    const { framing, mask } = this.studio;
    this.listen(this.closest("form"), "click", ({ target }) => this.#choose(target));
    this.listen(this.querySelector("[data-all]"), "click", () => framing.limit(null));
    this.listen(mask, "mask", () => framing.limit(null));
    this.listen(framing, "limit", () => this.#show());
  }

  #choose(target) {
    const chosen = target.closest("[data-only]");
    if (!chosen) return;
    this.studio.framing.frame(null);
    this.studio.framing.limit(chosen.dataset.only.split(" ").map(Number));
    this.querySelector("[data-all]").focus();
  }

  #show() {
    this.hidden = this.studio.framing.only === null;
    if (!this.hidden) this.studio.announce(this.querySelector("p").textContent);
  }
}

customElements.define("canvas-only", CanvasOnly);
