/**
 * Links that open the dialog wrapped with them. Without script the link's page shows the dialog
 * open; with it the dialog is modal, and one that came open (a form with errors) becomes modal.
 */
class DialogOpener extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#onClick);
    if (this.#dialog.open) this.#open();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#onClick);
  }

  #onClick = (event) => {
    if (event.target.closest("[data-opens]")) {
      event.preventDefault();
      this.#open();
    } else if (event.target.closest("[data-closes]") || event.target === this.#dialog) {
      event.preventDefault();
      this.#dialog.close();
    }
  };

  #open() {
    this.#dialog.close();
    this.#dialog.showModal();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }
}

customElements.define("dialog-opener", DialogOpener);
