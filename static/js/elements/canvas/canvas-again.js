import { CLEAR, makeImport } from "../../models/commands.js";
import { CanvasPart } from "./canvas-part.js";
import { readVersion } from "./read-version.js";

/**
 * Begins with what an earlier edit of the picture asked for: `data-prompt`, `data-engine`, and
 * `data-mask` with `data-box` where it had a mask. Undo brings back what was painted before. Sends
 * `edit:recalled` with {revision, prompt}.
 */
class CanvasAgain extends CanvasPart {
  connect() {
    const { studio } = this;
    const version = readVersion(studio.versionItem(studio.pictureId));
    if (studio.shown.version.id !== version.id) studio.shown.show(version);
    this.#recallMask(studio.mask);
    const { prompt, engine } = studio.querySelector("canvas-form form").elements;
    prompt.value = this.dataset.prompt;
    const isKnown = [...engine.options].some((option) => option.value === this.dataset.engine);
    if (isKnown) engine.value = this.dataset.engine;
    // A reload brings back the draft, not this beginning once more.
    studio.moveTo(version);
    prompt.focus({ preventScroll: true });
    prompt.select();
    const detail = { revision: studio.mask.revision, prompt: prompt.value };
    studio.dispatchEvent(new CustomEvent("edit:recalled", { detail }));
  }

  #recallMask(mask) {
    if (this.dataset.mask) {
      mask.push(CLEAR, makeImport(this.dataset.mask, this.dataset.box.split(" ").map(Number)));
    } else {
      mask.clear();
    }
  }
}

customElements.define("canvas-again", CanvasAgain);
