/**
 * Previews that fail to load leave their place as it is, without the browser's broken picture;
 * they are asked for again when the network is back. `data-text`: what stands there meanwhile.
 */
class CalmPreviews extends HTMLElement {
  connectedCallback() {
    this.addEventListener("error", this.#onError, { capture: true });
    this.addEventListener("load", this.#onLoad, { capture: true });
    window.addEventListener("online", this.#retry);
    for (const image of this.querySelectorAll("img.thumbnail")) {
      if (image.complete && image.currentSrc && image.naturalWidth === 0) this.#mark(image, true);
    }
  }

  disconnectedCallback() {
    this.removeEventListener("error", this.#onError, { capture: true });
    this.removeEventListener("load", this.#onLoad, { capture: true });
    window.removeEventListener("online", this.#retry);
  }

  #onError = ({ target }) => this.#mark(target, true);

  #onLoad = ({ target }) => this.#mark(target, false);

  #mark(image, isMissing) {
    if (!image.matches?.("img.thumbnail")) return;
    const place = image.closest(".card__picture");
    if (isMissing) place.dataset.missing = this.dataset.text;
    else delete place.dataset.missing;
  }

  #retry = () => {
    for (const image of this.querySelectorAll("[data-missing] img.thumbnail")) {
      image.src = image.getAttribute("src");
    }
  };
}

customElements.define("calm-previews", CalmPreviews);
