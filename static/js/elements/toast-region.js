const SHOWN_MS = 6000;
const SHOWN_WITH_ACTION_MS = 12_000;

/**
 * Short news at the foot of the page, read aloud politely. Any element sends one by lib/toast.js;
 * `action`, { label, run }, adds a button. What is pointed at or focused stays. As a popover it
 * lies above a dialog too.
 */
class ToastRegion extends HTMLElement {
  connectedCallback() {
    document.addEventListener("toast", this.#onToast);
    this.#raise();
    for (const toast of this.children) this.#expire(toast, SHOWN_MS);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.#onToast);
  }

  #onToast = ({ detail }) => {
    const toast = document.createElement("p");
    toast.className = detail.error ? "toast toast--error" : "toast";
    toast.append(detail.text);
    if (detail.action) toast.append(this.#button(detail.action, toast));
    this.#raise();
    this.append(toast);
    this.#expire(toast, detail.action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
  };

  #button({ label, run }, toast) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet toast__action";
    button.textContent = label;
    button.addEventListener("click", () => {
      toast.remove();
      run();
    });
    return button;
  }

  /** Above whatever dialog was opened since. */
  #raise() {
    if (!this.showPopover) return;
    this.popover = "manual";
    if (this.matches(":popover-open")) this.hidePopover();
    this.showPopover();
  }

  #expire(toast, after) {
    const gone = () => (toast.matches(":hover, :focus-within") ? again() : toast.remove());
    const again = () => setTimeout(gone, after);
    again();
  }
}

customElements.define("toast-region", ToastRegion);
