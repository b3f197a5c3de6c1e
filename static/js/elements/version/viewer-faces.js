import { toast } from "../../lib/toast.js";
import { ViewerPart } from "./viewer-part.js";

/**
 * Wraps the choice of what the viewer shows of a result: radio buttons named face. Their
 * `data-label` goes into the picture's corner, while the raw answer is fetched its `data-loading`.
 */
class ViewerFaces extends ViewerPart {
  connect() {
    const { face } = this.viewer;
    this.label = this.viewer.querySelector("[data-after-label]");
    this.listen(this, "change", ({ target }) => face.show(target.value));
    this.listen(face, "change", () => this.#show());
    this.listen(this.viewer, "viewer:raw", ({ detail }) => this.#told(detail));
    this.#show();
  }

  get #input() {
    return this.querySelector(`[value=${this.viewer.face.name}]`);
  }

  #show() {
    const { name } = this.viewer.face;
    this.#input.checked = true;
    this.viewer.dataset.face = name;
    const { label, loading } = this.#input.dataset;
    const text = loading ?? label;
    if (text) this.label.textContent = text;
  }

  // The raw answer is there, or could not be fetched.
  #told({ isThere }) {
    if (!this.viewer.face.is("raw")) return;
    const { label, lost } = this.#input.dataset;
    if (isThere) {
      this.label.textContent = label;
      return;
    }
    this.viewer.face.show("after");
    toast(this, { text: lost, error: true });
  }
}

customElements.define("viewer-faces", ViewerFaces);
