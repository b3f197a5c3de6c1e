import { layOver } from "../../lib/lay-over.js";
import { ViewerPart } from "./viewer-part.js";

/**
 * The answer as it came (`data-src`), over the part of the picture that was sent (`data-box`).
 * Fetched when first looked at, shown when decoded; sends `viewer:raw` with whether it is there.
 */
class ViewerRaw extends ViewerPart {
  #image = null;

  connect() {
    this.listen(this.viewer.face, "change", () => this.#follow());
    this.#follow();
  }

  async #follow() {
    const isWanted = this.viewer.face.is("raw");
    this.hidden = !isWanted || this.#image === null;
    if (!isWanted) return;
    const isThere = this.#image !== null || (await this.#load());
    this.hidden = !isThere || !this.viewer.face.is("raw");
    const detail = { isThere };
    this.viewer.dispatchEvent(new CustomEvent("viewer:raw", { detail }));
  }

  async #load() {
    const image = new Image();
    image.className = "viewer__raw";
    image.alt = "";
    image.draggable = false;
    image.src = this.dataset.src;
    layOver(image, this.dataset.box, this.viewer.viewport.picture);
    const isThere = await image.decode().then(() => true, () => false);
    if (!isThere) return false;
    this.#image = image;
    this.replaceChildren(image);
    return true;
  }
}

customElements.define("viewer-raw", ViewerRaw);
