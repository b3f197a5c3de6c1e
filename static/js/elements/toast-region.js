const SHOWN_MS = 6000;

/**
 * Short news at the foot of the page, read aloud politely. Any element may send one:
 * dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text, error } })).
 */
class ToastRegion extends HTMLElement {
  connectedCallback() {
    document.addEventListener("toast", this.#onToast);
    for (const toast of this.children) this.#expire(toast);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.#onToast);
  }

  #onToast = ({ detail }) => {
    const toast = document.createElement("p");
    toast.className = detail.error ? "toast toast--error" : "toast";
    toast.textContent = detail.text;
    this.append(toast);
    this.#expire(toast);
  };

  #expire(toast) {
    setTimeout(() => toast.remove(), SHOWN_MS);
  }
}

customElements.define("toast-region", ToastRegion);
