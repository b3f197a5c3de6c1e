import { CanvasPart } from "./canvas-part.js";

const CALM_MILLISECONDS = 300;
const FOR_SUBJECTS = { none: "no-subject", part: "subject" };

/**
 * Says how much of the picture the mask covers, and tells the form "measured" with {box, islands}, null for
 * an empty mask, and the boxes of what lies far apart. Children: `data-when` none, part, full, and
 * no-subject, subject for instructions about the background; in part and subject a `data-share`.
 * Counted by the worker when the hand rests.
 */
class CanvasCoverage extends CanvasPart {
  #timer = 0;
  #state = "none";
  #marksSubject = false;

  connect(signal) {
    this.listen(this.closest("form"), "understood", ({ detail }) => {
      this.#marksSubject = detail.background;
      this.#show(this.#state);
    });
    this.listen(this.studio.mask, "mask", () => this.#changed());
    this.listen(this.studio.framing, "limit", () => this.#changed());
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#changed();
  }

  #changed() {
    clearTimeout(this.#timer);
    if (!this.studio.mask.mayPaint) {
      this.#show("none");
      this.#tell({ box: null, islands: [] });
      return;
    }
    if (this.#state === "none") this.#show("part", "…");
    this.#timer = setTimeout(() => this.#measure(), CALM_MILLISECONDS);
  }

  async #measure() {
    const { mask, masks, maskSource } = this.studio;
    const { revision } = mask;
    const { clip } = maskSource;
    // Without a worker there is no read-out; sending says so.
    const facts = await masks.measure(maskSource).catch(() => null);
    if (facts === null || revision !== mask.revision || clip !== this.studio.framing.only) return;
    this.#tell(facts);
    const share = facts.painted / (maskSource.width * maskSource.height);
    if (share === 0) this.#show("none");
    else if (share === 1) this.#show("full");
    else this.#show("part", share < 0.001 ? "< 0.1 %" : this.#percent(share));
  }

  #tell({ box, islands }) {
    const detail = { box, islands };
    this.closest("form").dispatchEvent(new CustomEvent("measured", { detail }));
  }

  #show(state, share) {
    this.#state = state;
    const shown = this.#marksSubject ? (FOR_SUBJECTS[state] ?? state) : state;
    for (const line of this.children) line.hidden = line.dataset.when !== shown;
    if (share === undefined) return;
    for (const place of this.querySelectorAll("[data-share]")) place.textContent = share;
  }

  #percent(share) {
    const options = { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 };
    // "100 %" is said of everything only.
    const said = Math.min(share, 0.99);
    return new Intl.NumberFormat(document.documentElement.lang, options).format(said);
  }
}

customElements.define("canvas-coverage", CanvasCoverage);
