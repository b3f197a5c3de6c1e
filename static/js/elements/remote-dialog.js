/**
 * Links inside it fetch a question into the dialog and open it. Without script, or when the answer
 * is a refusal, the link leads to a page that says the same.
 */
class RemoteDialog extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#onClick);
    this.addEventListener("htmx:afterSwap", this.#onSwap);
    this.addEventListener("htmx:responseError", this.#onRefusal);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#onClick);
    this.removeEventListener("htmx:afterSwap", this.#onSwap);
    this.removeEventListener("htmx:responseError", this.#onRefusal);
  }

  #onSwap = ({ target }) => {
    if (target === this.#dialog && !this.#dialog.open) this.#dialog.showModal();
  };

  #onClick = (event) => {
    if (!this.#dialog.open) return;
    if (event.target.closest("[data-closes]") || event.target === this.#dialog) {
      event.preventDefault();
      this.#dialog.close();
    }
  };

  #onRefusal = ({ target }) => {
    const link = target.closest("a[hx-get]");
    if (link) location.assign(link.href);
  };

  get #dialog() {
    return this.querySelector("dialog");
  }
}

customElements.define("remote-dialog", RemoteDialog);
