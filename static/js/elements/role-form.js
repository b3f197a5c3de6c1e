import { toast } from "../lib/toast.js";

/**
 * The form of one member's role: Save is there once another role is chosen. Choosing alone saves
 * nothing, because arrow keys choose too.
 */
class RoleForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.#onChange);
    this.addEventListener("submit", this.#onSubmit);
    this.addEventListener("htmx:responseError", this.#onFailure);
    this.addEventListener("htmx:sendError", this.#onFailure);
    this.#onChange();
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#onChange);
    this.removeEventListener("submit", this.#onSubmit);
    this.removeEventListener("htmx:responseError", this.#onFailure);
    this.removeEventListener("htmx:sendError", this.#onFailure);
  }

  // Save is gone in the row that comes back, and the focus with it; the list is there.
  #onSubmit = () => this.#select.focus();

  #onChange = () => {
    const options = [...this.#select.options];
    const changed = options.some((option) => option.selected !== option.defaultSelected);
    this.querySelector("button").hidden = !changed;
  };

  #onFailure = () => toast(this, { text: this.dataset.failed, error: true });

  get #select() {
    return this.querySelector("select");
  }
}

customElements.define("role-form", RoleForm);
