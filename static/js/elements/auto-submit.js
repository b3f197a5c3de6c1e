/** Sends the form of the select inside as soon as something else is chosen. */
class AutoSubmit extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.#send);
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#send);
  }

  #send = ({ target }) => target.form.requestSubmit();
}

customElements.define("auto-submit", AutoSubmit);
