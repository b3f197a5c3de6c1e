import { layOver } from "../../lib/lay-over.js";
import { toast } from "../../lib/toast.js";
import { ViewerPart } from "./viewer-part.js";

/**
 * Wraps the button that lays the heat map (`data-src`) over the part that was sent (`data-box`),
 * with its scale and legend. Fetched when first looked at.
 */
class ViewerHeat extends ViewerPart {
  connect() {
    this.button = this.querySelector("button");
    this.layer = this.viewer.querySelector("[data-heat-layer]");
    this.legends = this.viewer.querySelectorAll("[data-heat-legend], [data-heat-scale]");
    this.listen(this.button, "click", () => this.#press());
  }

  get #isOn() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  async #press() {
    this.#show(!this.#isOn);
    if (!this.#isOn || this.layer.querySelector("img")) return;
    const isThere = await this.#load();
    if (isThere) return;
    this.#show(false);
    toast(this, { text: this.dataset.lost, error: true });
  }

  #show(isOn) {
    this.button.setAttribute("aria-pressed", String(isOn));
    this.viewer.toggleAttribute("data-heat", isOn);
    this.layer.hidden = !isOn;
    for (const legend of this.legends) legend.hidden = !isOn;
  }

  async #load() {
    const frame = this.layer.firstElementChild;
    layOver(frame, this.dataset.box, this.viewer.viewport.picture);
    const image = new Image();
    image.alt = "";
    image.draggable = false;
    image.src = this.dataset.src;
    const isThere = await image.decode().then(() => true, () => false);
    if (isThere) frame.replaceChildren(image);
    return isThere;
  }
}

customElements.define("viewer-heat", ViewerHeat);
