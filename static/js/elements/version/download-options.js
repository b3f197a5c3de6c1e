import { fit } from "../../models/fit.js";

/**
 * Wraps the form of a download: says what comes of the side that is typed, and shows of the rest
 * what matters for the chosen format (`data-for`: names of formats). `data-width` and
 * `data-height` are the picture's.
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
    const { size, side } = this.form.elements;
    if (target.name === "side" && target.value !== "") size.value = "own";
    if (target.name === "size" && target.value !== "own") side.value = "";
    this.#show();
  };

  #show() {
    const { format, size, side } = this.form.elements;
    for (const part of this.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(format.value);
      // A wrong figure that nobody sees must not hold up the form.
      for (const input of part.querySelectorAll("input")) input.disabled = part.hidden;
    }
    side.required = size.value === "own";
    this.querySelector("[data-own-size]").textContent = this.#outcome(side);
  }

  #outcome(side) {
    if (side.value === "" || !side.validity.valid) return "";
    const whole = { width: Number(this.dataset.width), height: Number(this.dataset.height) };
    const { width, height } = fit(whole, Number(side.value));
    return `${width} × ${height}`;
  }
}

customElements.define("download-options", DownloadOptions);
