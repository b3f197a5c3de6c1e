/** Shows a picture as it was before the edit while its button is pressed in. */
class CompareView extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", this.#toggle);
  }

  disconnectedCallback() {
    this.querySelector("button")?.removeEventListener("click", this.#toggle);
  }

  #toggle = ({ currentTarget }) => {
    const isBefore = currentTarget.getAttribute("aria-pressed") !== "true";
    const label = this.querySelector("[data-label]");
    currentTarget.setAttribute("aria-pressed", String(isBefore));
    this.querySelector("img[data-before]").hidden = !isBefore;
    label.textContent = isBefore ? label.dataset.before : label.dataset.after;
  };
}

customElements.define("compare-view", CompareView);
