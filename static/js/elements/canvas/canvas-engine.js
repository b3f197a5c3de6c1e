import { CanvasPart } from "./canvas-part.js";

const PREFIX = "canvas-engine:";

/**
 * Wraps the choice of the engine and remembers it for the project. Tells the form "engine" with
 * {id, host, most: how many pictures it takes} when another is chosen, by hand or by what is
 * restored; the form has `data-provider` while pictures would leave the server.
 */
class CanvasEngine extends CanvasPart {
  #told = "";

  connect() {
    this.form = this.closest("form");
    this.select = this.querySelector("select");
    this.#choose(localStorage.getItem(this.#key) ?? "");
    this.listen(this.select, "change", () => {
      localStorage.setItem(this.#key, this.select.value);
      this.#tell();
    });
    this.listen(this.form, "restored", () => this.#tell());
    this.#tell();
  }

  get #key() {
    return PREFIX + this.dataset.project;
  }

  /** @param {string} id chosen when it is there and may be */
  #choose(id) {
    const option = [...this.select.options].find(({ value }) => value === id);
    if (option && !option.disabled) this.select.value = id;
  }

  #tell() {
    const option = this.select.selectedOptions[0];
    if (!option || option.value === this.#told) return;
    this.#told = option.value;
    const { host, pictures } = option.dataset;
    const detail = { id: option.value, host, most: Number(pictures) };
    this.form.toggleAttribute("data-provider", detail.host !== "");
    this.form.dispatchEvent(new CustomEvent("engine", { detail }));
  }
}

customElements.define("canvas-engine", CanvasEngine);
