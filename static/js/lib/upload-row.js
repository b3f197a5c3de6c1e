import { fill } from "./format.js";

const WHOLE = 100;

/** One file's line in the list of uploads: name, bar, words, retry. */
export class UploadRow {
  #texts;

  /**
   * @param {HTMLTemplateElement} template the line as the server draws it
   * @param {DOMStringMap} texts translated texts
   * @param {string} name the file's name
   */
  constructor(template, texts, name) {
    this.#texts = texts;
    this.element = document.importNode(template.content, true).firstElementChild;
    this.#part(".upload__name").textContent = name;
    this.#part(".upload__name").title = name;
    this.#part("[data-retry]").addEventListener("click", () => this.onRetry());
    this.#part("[data-dismiss]").addEventListener("click", () => this.onDismiss());
    this.wait();
  }

  onRetry() {}

  onDismiss() {}

  /** @returns {string} the text of that name with its {values} filled in */
  text(name, values = {}) {
    return fill(this.#texts[name], values);
  }

  wait() {
    this.#show("waiting", this.text("waiting"), "");
    this.#part("progress").value = 0;
  }

  /** @param {number} percent sent so far; at 100 the server reads and checks the picture */
  progress(percent) {
    const words = percent < WHOLE ? this.text("sending", { percent }) : this.text("checking");
    this.#show("sending", words, "");
    if (percent < WHOLE) this.#part("progress").value = percent;
    else this.#part("progress").removeAttribute("value");
  }

  /** @param {HTMLElement} notes what was done to the file, or that it was known; server-drawn */
  succeed(notes) {
    const known = notes.querySelector("[data-known]");
    known?.remove();
    this.#show("done", known?.textContent ?? this.text("done"), "");
    this.#part(".upload__notes").replaceChildren(...notes.children);
    this.#part("[data-dismiss]").hidden = false;
  }

  /** @param {string} message why it failed; sending it again may help */
  fail(message) {
    this.#show("failed", "", message);
    this.#part("[data-retry]").hidden = false;
    this.#part("[data-dismiss]").hidden = false;
  }

  /** @param {string} message why it was not sent; sending it again would not help */
  refuse(message) {
    this.fail(message);
    this.#part("[data-retry]").hidden = true;
  }

  #show(status, words, notice) {
    this.element.dataset.status = status;
    this.#part(".upload__status").textContent = words;
    this.#part(".upload__notes").textContent = notice;
    this.#part("[data-retry]").hidden = true;
    this.#part("[data-dismiss]").hidden = true;
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }
}
