/** Closes the details menu inside it on Escape, on a click elsewhere and when focus leaves. */
class DismissMenu extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("focusout", this.#onFocusOut);
    document.addEventListener("pointerdown", this.#onPointer);
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this.#onKey);
    this.removeEventListener("focusout", this.#onFocusOut);
    document.removeEventListener("pointerdown", this.#onPointer);
  }

  #onKey = (event) => {
    if (event.key !== "Escape" || !this.#menu.open) return;
    event.preventDefault();
    this.#menu.open = false;
    this.#menu.querySelector("summary").focus();
  };

  #onFocusOut = (event) => {
    if (event.relatedTarget && !this.contains(event.relatedTarget)) this.#menu.open = false;
  };

  #onPointer = (event) => {
    if (!this.contains(event.target)) this.#menu.open = false;
  };

  get #menu() {
    return this.querySelector("details");
  }
}

customElements.define("dismiss-menu", DismissMenu);
