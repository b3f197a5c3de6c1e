import { toast } from "../lib/toast.js";

/** Ways to keep the codes listed inside: clipboard, file, paper. */
class KeepCodes extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-actions]").hidden = false;
    this.addEventListener("click", this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#onClick);
  }

  #onClick = ({ target }) => {
    const action = target.closest("[data-do]")?.dataset.do;
    if (action === "copy") this.#copy();
    if (action === "download") this.#download();
    if (action === "print") window.print();
  };

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#text);
      toast(this, { text: this.dataset.copied });
    } catch {
      toast(this, { text: this.dataset.refused, error: true });
    }
  }

  #download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([this.#text], { type: "text/plain" }));
    link.download = this.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  get #text() {
    const codes = Array.from(this.querySelectorAll("li"), (item) => item.textContent.trim());
    return [this.dataset.heading, "", ...codes, ""].join("\n");
  }
}

customElements.define("keep-codes", KeepCodes);
