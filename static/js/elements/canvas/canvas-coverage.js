import { CanvasPart } from "./canvas-part.js";

const CALM_MILLISECONDS = 300;

/**
 * Says how much of the picture the mask covers. Children: `data-when` none, part, full; inside
 * "part" a `data-share`. Counted by the worker when the hand rests.
 */
class CanvasCoverage extends CanvasPart {
  #timer = 0;

  connect(signal) {
    this.listen(this.studio.mask, "mask", () => this.#changed());
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#changed();
  }

  #changed() {
    clearTimeout(this.#timer);
    if (!this.studio.mask.mayPaint) this.#show({ painted: 0 }, 1);
    else this.#timer = setTimeout(() => this.#measure(), CALM_MILLISECONDS);
  }

  async #measure() {
    const { mask, masks, maskSource } = this.studio;
    const { revision } = mask;
    // Without a worker there is no read-out; sending says so.
    const facts = await masks.measure(maskSource).catch(() => null);
    if (facts && revision === mask.revision) {
      this.#show(facts, maskSource.width * maskSource.height);
    }
  }

  #show({ painted }, pixels) {
    const state = painted === 0 ? "none" : painted === pixels ? "full" : "part";
    for (const line of this.children) line.hidden = line.dataset.when !== state;
    const share = this.querySelector("[data-share]");
    share.textContent = painted / pixels < 0.001 ? "< 0.1 %" : this.#percent(painted / pixels);
  }

  #percent(share) {
    const options = { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 };
    // "100 %" is said of everything only.
    return new Intl.NumberFormat(document.documentElement.lang, options).format(
      share > 0.99 && share < 1 ? 0.99 : share,
    );
  }
}

customElements.define("canvas-coverage", CanvasCoverage);
