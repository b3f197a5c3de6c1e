import { mayPaint } from "../../models/commands.js";
import { Draft } from "../../models/draft.js";
import { History } from "../../models/history.js";
import { CanvasPart } from "./canvas-part.js";
import { readVersion } from "./read-version.js";

const SAVE_MILLISECONDS = 250;

/** Keeps mask, prompt, engine, parameters and further pictures over a reload, and asks before unsent work is left behind. */
class CanvasDraft extends CanvasPart {
  #timer = 0;
  #sent = { revision: -1, prompt: "" };

  connect(signal) {
    this.form = this.studio.querySelector("canvas-form form");
    this.draft = new Draft(sessionStorage, this.studio.pictureId);
    this.#restore(this.draft.load());
    this.listen(this.studio.mask, "mask", () => this.#changed());
    this.listen(this.studio.shown, "change", () => this.#changed());
    this.listen(this.form, "input", () => this.#changed());
    // What was sent, or came from an earlier edit, is kept by the server.
    for (const type of ["edit:sent", "edit:recalled"]) {
      this.listen(this.studio, type, ({ detail }) => (this.#sent = detail));
    }
    this.listen(window, "beforeunload", (event) => this.#guard(event));
    this.listen(window, "pagehide", () => this.#save());
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  get #parameters() {
    return this.form.querySelector("canvas-parameters");
  }

  get #inputs() {
    return this.form.querySelector("canvas-inputs");
  }

  #changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), SAVE_MILLISECONDS);
  }

  #save() {
    const { mask, shown } = this.studio;
    const { prompt, engine } = this.form.elements;
    this.draft.moveTo(this.studio.pictureId);
    this.draft.save({
      mask: mask.toJSON(),
      shown: shown.version.id,
      prompt: prompt.value,
      engine: engine.value,
      parameters: this.#parameters.chosen.toJSON(),
      inputs: this.#inputs.further.pictures,
      framing: this.studio.framing.toJSON(),
    });
  }

  #restore(saved) {
    if (saved === null) return;
    const { prompt, engine } = this.form.elements;
    if (typeof saved.prompt === "string" && prompt.value === "") prompt.value = saved.prompt;
    if ([...engine.options].some(({ value, disabled }) => value === saved.engine && !disabled)) {
      engine.value = saved.engine;
    }
    this.#parameters.restore(saved.parameters);
    this.#inputs.further.restore(saved.inputs);
    this.#restoreMask(saved);
    this.studio.framing.restore(saved.framing);
    this.form.dispatchEvent(new CustomEvent("restored"));
  }

  // A mask belongs to the version it was painted on; without that version it is left alone.
  #restoreMask({ mask, shown }) {
    const item = typeof shown === "string" ? this.studio.versionItem(shown) : null;
    if (item === null) return;
    try {
      const { commands } = History.from(mask);
      const version = readVersion(item);
      // What was only looked at, or is done with, does not take the place of the page's picture.
      if (mayPaint(commands)) this.studio.shown.show(version);
      const { width, height } = this.studio.viewport.picture;
      if (width === version.width && height === version.height) this.studio.mask.restore(mask);
    } catch {
      // A draft of another time or hand: there is nothing to bring back.
    }
  }

  get #isUnsent() {
    const { mask } = this.studio;
    const prompt = this.form.elements.prompt.value;
    const isPainted = mask.mayPaint && mask.revision !== this.#sent.revision;
    return isPainted || (prompt.trim() !== "" && prompt !== this.#sent.prompt);
  }

  #guard(event) {
    const isBusy = this.studio.querySelector("canvas-form").isBusy;
    if (this.#isUnsent || isBusy) event.preventDefault();
  }
}

customElements.define("canvas-draft", CanvasDraft);
