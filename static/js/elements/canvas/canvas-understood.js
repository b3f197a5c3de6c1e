import { CanvasPart } from "./canvas-part.js";

const CALM_MILLISECONDS = 350;

/**
 * The line under the prompt: what the engine would do, or why it would not. Asks `data-url` when
 * the hand rests; an older question is dropped. Tells the form "understood" with
 * {background: whether everything but the painted subject would change, complete: whether there is
 * something to do and nothing unread}. A provider's model reads for itself: nothing is said then.
 */
class CanvasUnderstood extends CanvasPart {
  #timer = 0;
  #asking = null;
  #sent = null;

  connect(signal) {
    this.form = this.closest("form");
    this.listen(this.form, "input", () => this.#changed());
    this.listen(this.form, "restored", () => this.#changed());
    this.listen(this.form, "engine", () => this.#changed());
    this.listen(this.studio.mask, "mask", () => this.#changed());
    this.listen(this.studio, "edit:sent", ({ detail }) => (this.#sent = detail.prompt));
    signal.addEventListener("abort", () => this.#forget());
    this.#changed();
  }

  get #question() {
    const { prompt, engine, csrfmiddlewaretoken } = this.form.elements;
    const question = new FormData();
    question.set("csrfmiddlewaretoken", csrfmiddlewaretoken.value);
    question.set("prompt", prompt.value);
    question.set("engine", engine.value);
    if (this.studio.mask.mayPaint) question.set("mask", "on");
    return question;
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  // What was sent is done with: that its mask is gone now is nobody's mistake. A provider is not
  // asked.
  get #isDone() {
    const prompt = this.form.elements.prompt.value;
    if (this.form.hasAttribute("data-provider")) return true;
    return prompt.trim() === "" || (prompt === this.#sent && !this.studio.mask.mayPaint);
  }

  #changed() {
    this.#forget();
    if (this.#isDone) this.#show(null);
    else this.#timer = setTimeout(() => this.#ask(), CALM_MILLISECONDS);
  }

  async #ask() {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    // Without an answer there is no line; sending says what is wrong.
    const page = await fetch(this.dataset.url, {
      method: "POST",
      body: this.#question,
      headers: { "HX-Request": "true" },
      redirect: "manual",
      signal,
    })
      .then((response) => (response.ok ? response.text() : ""))
      .catch(() => "");
    if (signal.aborted) return;
    const answer = new DOMParser().parseFromString(page, "text/html");
    this.#show(answer.querySelector("[data-understanding]"));
  }

  #show(line) {
    const text = line?.textContent ?? "";
    if (this.textContent !== text) this.textContent = text;
    const refused = line?.hasAttribute("data-refused") ?? false;
    this.toggleAttribute("data-refused", refused);
    const background = line?.hasAttribute("data-background") ?? false;
    const detail = { background, complete: text !== "" && !refused };
    this.form.dispatchEvent(new CustomEvent("understood", { detail }));
  }
}

customElements.define("canvas-understood", CanvasUnderstood);
