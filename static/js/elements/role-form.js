/**
 * The form of one member's role: Save is there once another role is chosen. Choosing alone saves
 * nothing, because arrow keys choose too.
 */
class RoleForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.#onChange);
    this.addEventListener("htmx:responseError", this.#onFailure);
    this.addEventListener("htmx:sendError", this.#onFailure);
    this.#onChange();
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#onChange);
    this.removeEventListener("htmx:responseError", this.#onFailure);
    this.removeEventListener("htmx:sendError", this.#onFailure);
  }

  #onChange = () => {
    const options = [...this.querySelector("select").options];
    const changed = options.some((option) => option.selected !== option.defaultSelected);
    this.querySelector("button").hidden = !changed;
  };

  #onFailure = () => {
    const detail = { text: this.dataset.failed, error: true };
    this.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail }));
  };
}

customElements.define("role-form", RoleForm);
