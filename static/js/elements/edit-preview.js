/**
 * The newest unfinished preview of an edit, over the picture it changes. `data-src` names it, empty
 * while there is none; a newer one is faded in once it is decoded, so that nothing flashes or moves.
 */
class EditPreview extends HTMLElement {
  static observedAttributes = ["data-src"];

  attributeChangedCallback(_name, before, now) {
    if (before !== now) this.#load(now);
  }

  async #load(source) {
    if (!source) {
      this.replaceChildren();
      return;
    }
    const image = new Image();
    image.alt = "";
    image.draggable = false;
    image.src = source;
    const isThere = await image.decode().then(() => true, () => false);
    if (!isThere || this.dataset.src !== source) return;
    const older = [...this.children];
    this.append(image);
    image.addEventListener("animationend", () => older.forEach((one) => one.remove()), { once: true });
  }
}

customElements.define("edit-preview", EditPreview);
