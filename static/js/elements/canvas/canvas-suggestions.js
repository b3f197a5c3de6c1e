import { completed, matching } from "../../models/suggestions.js";
import { CanvasPart } from "./canvas-part.js";

/**
 * Wraps label, prompt and a listbox of all suggestions: shows those that go on with what is typed.
 * Arrow keys choose, Enter or Tab takes, Escape closes; so does a prompt that is understood as it
 * is, for the list must not lie over the button that sends it. The focus stays in the prompt, whose
 * `aria-activedescendant` names the chosen one. `data-joiners` are the words between instructions,
 * `data-found-text` says how many there are, `data-engine` is the only engine they are for.
 */
class CanvasSuggestions extends CanvasPart {
  #active = -1;
  #shown = [];

  connect() {
    this.prompt = this.querySelector("textarea");
    this.list = this.querySelector("[role=listbox]");
    this.options = [...this.list.children];
    this.texts = this.options.map((option) => option.textContent);
    this.joiners = this.dataset.joiners.split("|");
    this.listen(this.prompt, "input", () => this.#offer());
    this.listen(this.prompt, "keydown", (event) => this.#key(event));
    this.listen(this.prompt, "blur", () => this.#close());
    this.listen(this.prompt.form, "understood", ({ detail }) => {
      if (detail.complete && this.#active < 0) this.#close();
    });
    // The prompt keeps the focus while a suggestion is pressed.
    this.listen(this.list, "pointerdown", (event) => event.preventDefault());
    this.listen(this.list, "click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.#take(this.options.indexOf(option));
    });
  }

  get #isOpen() {
    return !this.list.hidden;
  }

  get #isAtEnd() {
    const { selectionStart, selectionEnd, value } = this.prompt;
    return selectionStart === value.length && selectionEnd === value.length;
  }

  get #isAsked() {
    return this.prompt.form.elements.engine.value === this.dataset.engine;
  }

  #offer({ all = false } = {}) {
    const typed = this.prompt.value;
    const isWanted = this.#isAsked && this.#isAtEnd && (all || typed.trim() !== "");
    this.#show(isWanted ? matching(this.texts, typed, this.joiners) : []);
  }

  #show(places) {
    this.#shown = places;
    this.options.forEach((option) => (option.hidden = true));
    for (const place of places) {
      this.options[place].hidden = false;
      this.list.append(this.options[place]);
    }
    this.list.hidden = places.length === 0;
    this.#choose(-1);
    const words = places.length ? this.dataset.foundText.replace("{count}", places.length) : "";
    this.querySelector("[data-found]").textContent = words;
  }

  #close() {
    this.#show([]);
  }

  #choose(active) {
    this.#active = active;
    const chosen = this.options[this.#shown[active]];
    for (const option of this.options) {
      option.setAttribute("aria-selected", String(option === chosen));
    }
    if (chosen) this.prompt.setAttribute("aria-activedescendant", chosen.id);
    else this.prompt.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#move(event);
    else if (event.key === "Escape" && this.#isOpen) this.#answer(event, () => this.#close());
    else if ((event.key === "Enter" || event.key === "Tab") && this.#active >= 0) {
      this.#answer(event, () => this.#take(this.#shown[this.#active]));
    }
  }

  #move(event) {
    if (event.shiftKey || !this.#isAtEnd) return;
    if (!this.#isOpen && event.key === "ArrowDown") this.#offer({ all: true });
    if (!this.#isOpen) return;
    const step = event.key === "ArrowDown" ? 1 : -1;
    const count = this.#shown.length;
    const from = this.#active < 0 && step < 0 ? count : this.#active;
    this.#answer(event, () => this.#choose((from + step + count) % count));
  }

  #answer(event, action) {
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  #take(place) {
    const { value } = this.prompt;
    this.prompt.value = completed(value, this.texts[place], this.joiners);
    this.prompt.dispatchEvent(new Event("input", { bubbles: true }));
    this.#close();
  }
}

customElements.define("canvas-suggestions", CanvasSuggestions);
