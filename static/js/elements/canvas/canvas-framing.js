import { CanvasPart } from "./canvas-part.js";

/**
 * The choices about what is sent: `data-choice` context, padding, feather and blend, a `data-reset`, and
 * hidden fields of the form that carry them. What was not chosen shows what the engine gets. While
 * it is open the page's root has `data-framing`, and the frame on the picture can be pulled.
 */
class CanvasFraming extends CanvasPart {
  #hasMask = false;
  #context = 0;

  connect() {
    this.form = this.closest("form");
    this.details = this.querySelector("details");
    for (const choice of this.querySelectorAll("[data-choice]")) {
      this.listen(choice, "input", (event) => this.#choose(event));
    }
    this.listen(this.querySelector("[data-reset]"), "click", () => this.studio.framing.reset());
    this.listen(this.studio.framing, "change", () => this.#carry());
    this.listen(this.form, "engine", () => this.#show());
    this.listen(this.form, "measured", ({ detail }) => this.#follow(detail.box));
    this.listen(this.form, "quoted", ({ detail }) => this.#quoted(detail));
    this.listen(this.details, "toggle", () => this.#show());
    this.#show();
  }

  get #isAsked() {
    return this.form.hasAttribute("data-provider");
  }

  #choice(name) {
    return this.querySelector(`[data-choice="${name}"]`);
  }

  #choose(event) {
    // Told by the hidden fields, once.
    event.stopPropagation();
    const { framing } = this.studio;
    const { value, valueAsNumber, dataset } = event.target;
    if (dataset.choice === "context") framing.surround(valueAsNumber);
    else if (dataset.choice === "padding") framing.pad(valueAsNumber);
    else if (dataset.choice === "feather") framing.soften(value);
    else framing.blendBy(value);
  }

  #carry() {
    this.#show();
    this.form.dispatchEvent(new Event("input"));
  }

  // A frame was drawn around what is painted; without that it means nothing.
  #follow(box) {
    this.#hasMask = box !== null;
    if (box === null) this.studio.framing.frame(null);
    this.#show();
  }

  #quoted({ context, drawn, price, boxes }) {
    this.#context = context;
    this.querySelector("[data-first-area]").hidden = boxes.length === 0;
    this.querySelector("[data-sent]").textContent = [drawn && `${drawn} px`, price]
      .filter(Boolean)
      .join(" · ");
    this.#show();
  }

  #show() {
    const { framing } = this.studio;
    this.hidden = !this.#isAsked;
    this.studio.toggleAttribute("data-framing", this.#isAsked && this.details.open);
    for (const [name, value] of Object.entries(framing.fields)) {
      const field = this.querySelector(`input[type=hidden][name=${name}]`);
      field.value = value;
      field.disabled = !this.#isAsked;
    }
    this.querySelector("[data-with-mask]").hidden = !this.#hasMask;
    this.querySelector("[data-without-mask]").hidden = this.#hasMask;
    this.querySelector("[data-reset]").disabled = framing.isAutomatic;
    this.#fill();
  }

  #fill() {
    const { framing } = this.studio;
    const context = framing.context ?? this.#context;
    const padding = this.#choice("padding");
    if (context) this.#choice("context").value = String(context);
    padding.value = String(framing.padding ?? padding.defaultValue);
    this.#choice("feather").value = framing.feather;
    this.#choice("blend").value = framing.blend;
    const words = [context ? `${this.#number(context)} ×` : "–", `${this.#number(padding.value)} %`];
    this.querySelector("[data-value=context]").textContent = words[0];
    this.querySelector("[data-value=padding]").textContent = words[1];
    this.querySelector("[data-chosen]").textContent = framing.isAutomatic ? "" : this.#summary(words);
  }

  #summary([context, padding]) {
    const { framing } = this.studio;
    const edge = this.#choice("feather").selectedOptions[0].text;
    const blending = this.#choice("blend");
    const chosen = [
      (framing.context || framing.box) && context,
      framing.padding !== null && padding,
      framing.feather !== "inside" && edge,
      framing.blend !== "auto" && `${blending.labels[0].textContent}: ${blending.selectedOptions[0].text}`,
    ];
    return chosen.filter(Boolean).join(" · ");
  }

  #number(value) {
    const options = { maximumFractionDigits: 2 };
    return new Intl.NumberFormat(document.documentElement.lang, options).format(Number(value));
  }
}

customElements.define("canvas-framing", CanvasFraming);
