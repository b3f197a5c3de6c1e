import { adopt } from "../../lib/edit-cards.js";
import { Intent, randomId } from "../../models/intent.js";
import { Presses } from "../../models/presses.js";
import { CanvasPart } from "./canvas-part.js";
import { postEdit } from "./post-edit.js";

/**
 * Wraps the form: makes the mask, sends the edit, puts its card on the page. Whatever goes wrong,
 * prompt and mask stay. Sends `edit:sent` with {editId, versionId, revision, prompt, only, next}: `next`
 * are the edits of further areas, which begin one after the other when this one is done. The page comes with its button disabled: before there is somebody to listen, a press would lose the prompt.
 */
class CanvasForm extends CanvasPart {
  #intent = new Intent(() => randomId(crypto));
  #presses = new Presses();

  connect() {
    this.form = this.querySelector("form");
    this.listen(this.form, "submit", (event) => this.#submit(event));
    this.listen(this.form, "click", (event) => this.#click(event));
    this.#button.disabled = false;
  }

  get #button() {
    return this.querySelector("[type=submit]");
  }

  /** The second click of a double click is the same wish. */
  #click(event) {
    if (!this.#button.contains(event.target)) return;
    if (this.#presses.isRepeated(event)) event.preventDefault();
  }

  get isBusy() {
    return this.hasAttribute("data-busy");
  }

  async #submit(event) {
    event.preventDefault();
    if (this.isBusy) return;
    const quote = this.querySelector("canvas-quote");
    if (quote.blocked) {
      // The reason stands there already.
      this.#explain();
      quote.point();
      return;
    }
    this.#setBusy(true);
    this.#explain();
    try {
      await this.#send();
    } finally {
      this.#setBusy(false);
    }
  }

  async #send() {
    const { shown, mask } = this.studio;
    const { only } = this.studio.framing;
    const wish = { version: shown.version, revision: mask.revision, prompt: this.#prompt, only };
    const made = await this.#makeMask();
    if (made === null || !(await this.#agreed(made))) return;
    const answer = await this.#post(wish.version.canvas, this.#pack(wish, made));
    if (answer === null) return;
    if (!answer.cards) {
      this.#explain(answer);
      return;
    }
    this.#intent.accepted();
    this.#adopt(answer.cards);
    this.#tell(answer.cards, wish);
  }

  // The poll may have brought them before the answer came.
  #adopt(cards) {
    const room = document.querySelector("#canvas-edits");
    for (const card of cards) if (!document.getElementById(card.id)) adopt(room, card);
  }

  /** @returns what came of it; null when a question of the server was answered with no */
  async #post(url, data) {
    const answer = await postEdit(url, data);
    if (!answer.question) return answer;
    const dialog = this.querySelector("dialog[data-ask=consent]");
    dialog.querySelector("[data-room]").replaceChildren(document.importNode(answer.question, true));
    if (!(await this.#says(dialog))) return null;
    data.set("agreed_host", answer.question.dataset.host);
    return postEdit(url, data);
  }

  get #prompt() {
    return this.form.elements.prompt.value;
  }

  /** @returns the facts with the file (none when nothing is painted); null when it failed */
  async #makeMask() {
    const source = this.studio.maskSource;
    if (!this.studio.mask.mayPaint) return { ...source, painted: 0 };
    try {
      return { ...source, ...(await this.studio.masks.encode(source)) };
    } catch {
      this.#explain({ code: "mask" });
      return null;
    }
  }

  async #agreed({ painted, width, height }) {
    if (painted < width * height) return true;
    return this.#says(this.querySelector("dialog[data-confirm=full]"));
  }

  async #says(dialog) {
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
    return dialog.returnValue === "yes";
  }

  #pack({ version, prompt, only }, { painted, png, commands }) {
    const data = new FormData(this.form);
    this.querySelector("canvas-parameters").pack(data);
    const fields = [...data].filter(([name]) => name !== "csrfmiddlewaretoken");
    const content = [version.id, prompt, fields, only, painted > 0 ? commands : []];
    data.set("idem", this.#intent.key(JSON.stringify(content)));
    if (painted > 0) data.set("mask", png, "mask.png");
    return data;
  }

  #tell(cards, { version, revision, prompt, only }) {
    const [editId, ...next] = cards.map(({ dataset }) => dataset.editId);
    const detail = { editId, versionId: version.id, revision, prompt, only, next };
    this.studio.dispatchEvent(new CustomEvent("edit:sent", { detail }));
    this.studio.announce(this.dataset.sentText);
  }

  #explain({ message, code } = {}) {
    const region = this.querySelector("[data-errors]");
    const words = message ?? (code && this.#words(code));
    region.replaceChildren(...(words ? [words] : []));
    region.hidden = !words;
  }

  #words(code) {
    return this.querySelector(`template[data-message="${code}"]`).content.cloneNode(true);
  }

  #setBusy(on) {
    this.toggleAttribute("data-busy", on);
    this.#button.setAttribute("aria-disabled", String(on));
  }
}

customElements.define("canvas-form", CanvasForm);
