const SHOWN_MS = 2000;

/**
 * Wraps a button that copies `data-text`, or the words of the element with the id in `data-of`.
 * The button says `data-done` for a moment. Without a clipboard there is no button.
 */
class CopyText extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    if (!navigator.clipboard) return;
    this.button.hidden = false;
    this.button.addEventListener("click", this.#copy);
  }

  disconnectedCallback() {
    this.button.removeEventListener("click", this.#copy);
    clearTimeout(this.#timer);
  }

  get button() {
    return this.querySelector("button");
  }

  #copy = async () => {
    const { text, of } = this.dataset;
    const words = text ?? document.getElementById(of).textContent;
    const isDone = await navigator.clipboard.writeText(words).then(() => true, () => false);
    if (isDone) this.#say();
  };

  #say() {
    const room = this.querySelector("[data-said]");
    const before = (room.dataset.said ||= room.textContent);
    room.textContent = this.dataset.done;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (room.textContent = before), SHOWN_MS);
  }
}

customElements.define("copy-text", CopyText);
