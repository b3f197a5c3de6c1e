import { Chosen } from "../../models/chosen.js";
import { CanvasPart } from "./canvas-part.js";

/** Values that say by themselves what they are of. */
const NAMELESS = new Set(["output_format"]);
const COMPRESSED = new Set(["jpeg", "webp"]);

/**
 * The options of the chosen engine: fetches its fields from `data-url`, keeps what was chosen over
 * a change of engine. Tells the form "parameters" when they are there; its own place is there at
 * once, so that nothing below moves when they arrive.
 */
class CanvasParameters extends CanvasPart {
  #known = new Map();
  #engine = "";
  chosen = new Chosen();

  connect() {
    this.form = this.closest("form");
    this.room = this.querySelector("[data-room]");
    this.listen(this.form, "engine", ({ detail }) => this.#follow(detail));
    this.listen(this.room, "input", ({ target }) => this.#take(target));
    this.listen(this.form, "quoted", ({ detail }) => this.#drawn(detail.drawn));
  }

  /** @param {unknown} values plain JSON of a draft, or of an earlier edit */
  restore(values) {
    this.chosen.restore(values);
    this.#fill();
  }

  /** @param {FormData} data gets what was chosen and has no field here */
  pack(data) {
    if (this.form.hasAttribute("data-provider")) {
      this.chosen.carry(data, (name) => this.#accepts(name));
    }
  }

  async #follow({ id, host }) {
    this.#engine = id;
    this.hidden = host === "";
    const page = host === "" ? "" : await this.#load(id);
    if (id !== this.#engine) return;
    const fields = new DOMParser().parseFromString(page, "text/html").querySelector("[data-parameters]");
    this.room.replaceChildren(...(fields ? [document.importNode(fields, true)] : []));
    this.hidden = this.#fields.length === 0;
    this.#fill();
    this.form.dispatchEvent(new CustomEvent("parameters"));
  }

  async #load(id) {
    if (this.#known.has(id)) return this.#known.get(id);
    const url = `${this.dataset.url}?engine=${encodeURIComponent(id)}`;
    const options = { headers: { "HX-Request": "true" }, redirect: "manual" };
    // Without an answer there are no options; the edit goes with the engine's own.
    const page = await fetch(url, options)
      .then((response) => (response.ok ? response.text() : ""))
      .catch(() => "");
    if (page) this.#known.set(id, page);
    return page;
  }

  get #fields() {
    return [...this.room.querySelectorAll("select, input")];
  }

  #field(name) {
    return this.#fields.find((field) => field.name === name);
  }

  #accepts(name) {
    const field = this.#field(name);
    if (!field || field.matches("input")) return Boolean(field);
    return [...field.options].some(({ value }) => value === this.chosen.get(name));
  }

  #take({ name, value }) {
    this.chosen.set(name, value);
    this.#show();
  }

  #fill() {
    const sizes = [...(this.#field("size")?.options ?? [])].map(({ value }) => value);
    this.chosen.unfold(sizes);
    for (const field of this.#fields) {
      if (this.#accepts(field.name)) field.value = this.chosen.get(field.name);
    }
    this.#show();
  }

  /** What only matters with another choice is there with it alone. */
  #show() {
    const compression = this.#field("output_compression");
    if (compression) {
      compression.disabled = !COMPRESSED.has(this.chosen.get("output_format"));
      compression.closest(".field").hidden = compression.disabled;
    }
    const edges = this.room.querySelector(".parameters__edges");
    if (edges) edges.hidden = this.chosen.get("size") !== "free";
    this.querySelector("[data-chosen]").textContent = this.#summary();
  }

  #summary() {
    const words = this.chosen.wishes.map(([name, value]) => this.#words(name, value));
    return words.filter(Boolean).join(" · ");
  }

  #words(name, value) {
    const field = this.#field(name);
    if (!field || field.disabled || !this.#accepts(name)) return "";
    if (name === "size") return value.replace("x", " × ");
    const text = field.matches("select") ? field.selectedOptions[0].text : value;
    return NAMELESS.has(name) ? text : `${field.labels[0]?.textContent ?? ""} ${text}`;
  }

  #drawn(size) {
    const line = this.room.querySelector("[data-drawn]");
    if (!line) return;
    line.hidden = size === "";
    line.querySelector("[data-drawn-size]").textContent = size;
  }
}

customElements.define("canvas-parameters", CanvasParameters);
