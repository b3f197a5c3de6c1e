import { CLEAR, makeImport } from "../../models/commands.js";
import { CanvasPart } from "./canvas-part.js";
import { readVersion } from "./read-version.js";

/**
 * Begins with what an earlier edit of the picture asked for: `data-prompt`, `data-engine`,
 * parameters, further pictures and framing as JSON, and `data-mask` with `data-box` where it had a mask. Undo brings back what was painted before. Sends
 * `edit:recalled` with {revision, prompt}.
 */
class CanvasAgain extends CanvasPart {
  connect() {
    const { studio } = this;
    const version = readVersion(studio.versionItem(studio.pictureId));
    if (studio.shown.version.id !== version.id) studio.shown.show(version);
    this.#recallMask(studio.mask);
    const form = studio.querySelector("canvas-form form");
    const { prompt } = form.elements;
    prompt.value = this.dataset.prompt;
    this.#recallWishes(form);
    // A reload brings back the draft, not this beginning once more.
    studio.moveTo(version);
    prompt.focus({ preventScroll: true });
    prompt.select();
    const detail = { revision: studio.mask.revision, prompt: prompt.value };
    studio.dispatchEvent(new CustomEvent("edit:recalled", { detail }));
  }

  #recallWishes(form) {
    const { engine } = form.elements;
    const wanted = this.dataset.engine;
    const isKnown = [...engine.options].some(({ value, disabled }) => value === wanted && !disabled);
    if (isKnown) engine.value = wanted;
    form.querySelector("canvas-parameters").restore(this.#read("#again-parameters"));
    form.querySelector("canvas-inputs").further.restore(this.#read("#again-inputs"));
    this.studio.framing.restore(this.#read("#again-framing"));
    form.dispatchEvent(new CustomEvent("restored"));
  }

  #read(selector) {
    return JSON.parse(this.querySelector(selector).textContent);
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
