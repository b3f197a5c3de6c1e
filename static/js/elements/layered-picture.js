const ENOUGH = 1.1;

/**
 * One version as <img>: its preview at once, the full rendition above it when the preview's pixels
 * no longer suffice. What is shown is replaced only by what is decoded: no flash, no gap.
 */
class LayeredPicture extends HTMLElement {
  /** What is shown, or about to be. */
  version = null;
  #density = 0;
  #full = null;

  /** @param {import("../models/shown.js").Version} version */
  async show(version) {
    if (version.id === this.version?.id) return;
    this.version = version;
    const preview = await decoded(version.preview);
    if (this.version !== version) return;
    this.#full = null;
    this.replaceChildren(preview);
    preview.alt = version.name;
    this.sharpen(this.#density);
  }

  /** @param {number} density screen pixels per picture pixel */
  sharpen(density) {
    this.#density = density;
    const preview = this.querySelector("img");
    if (!this.version || !preview?.naturalWidth) return;
    const needed = density * this.version.width > preview.naturalWidth * ENOUGH;
    if (needed && preview.naturalWidth < this.version.width) this.#showFull();
    else if (this.#full) this.#full.hidden = true;
  }

  async #showFull() {
    if (this.#full) {
      this.#full.hidden = false;
      return;
    }
    const { version } = this;
    const full = new Image();
    this.#full = full;
    full.src = version.full;
    full.alt = "";
    full.className = "layered-picture__full";
    const ready = await full.decode().then(() => true, () => false);
    if (this.#full !== full || this.version !== version) return;
    if (ready) this.append(full);
    else this.#full = null;
  }
}

async function decoded(url) {
  const image = new Image();
  image.src = url;
  // A picture that cannot be loaded is shown as the browser shows it: its name.
  await image.decode().catch(() => {});
  image.draggable = false;
  return image;
}

customElements.define("layered-picture", LayeredPicture);
