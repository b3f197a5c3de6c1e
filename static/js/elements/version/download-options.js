import { fit, sideOf } from "../../models/fit.js";

/** The figures that can be typed, and the longest side that each of them means. */
const FIGURES = {
  own: { field: "side", side: (figure) => figure },
  percent: { field: "percent", side: (figure, longest) => sideOf(longest, figure) },
};

/**
 * Wraps the form of a download: says what comes of the size that is typed, and shows of the rest
 * what matters for the chosen format (`data-for`: names of formats) and with a box that is ticked
 * (`data-with`: its name). `data-width` and `data-height` are the picture's.
 */
class DownloadOptions extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("input", this.#follow);
    this.#show();
  }

  disconnectedCallback() {
    this.form.removeEventListener("input", this.#follow);
  }

  #follow = ({ target }) => {
    const { elements } = this.form;
    for (const [choice, { field }] of Object.entries(FIGURES)) {
      if (target.name === field && target.value !== "") elements.size.value = choice;
    }
    for (const [choice, { field }] of Object.entries(FIGURES)) {
      if (elements.size.value !== choice) elements[field].value = "";
    }
    this.#show();
  };

  #show() {
    const { elements } = this.form;
    for (const part of this.querySelectorAll("[data-for]")) {
      this.#offer(part, part.dataset.for.split(" ").includes(elements.format.value));
    }
    for (const part of this.querySelectorAll("[data-with]")) {
      this.#offer(part, elements[part.dataset.with].checked);
    }
    for (const [choice, { field }] of Object.entries(FIGURES)) {
      elements[field].required = elements.size.value === choice;
      this.querySelector(`[data-outcome="${choice}"]`).textContent = this.#outcome(choice);
    }
  }

  /** A wrong figure that nobody sees must not hold up the form, nor a hidden tick be sent. */
  #offer(part, isOffered) {
    part.hidden = !isOffered;
    for (const input of part.querySelectorAll("input")) input.disabled = !isOffered;
  }

  #outcome(choice) {
    const input = this.form.elements[FIGURES[choice].field];
    if (input.value === "" || !input.validity.valid) return "";
    const whole = { width: Number(this.dataset.width), height: Number(this.dataset.height) };
    const longest = Math.max(whole.width, whole.height);
    const { width, height } = fit(whole, FIGURES[choice].side(Number(input.value), longest));
    return `${width} × ${height}`;
  }
}

customElements.define("download-options", DownloadOptions);
