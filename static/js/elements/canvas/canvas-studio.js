import { Framing } from "../../models/framing.js";
import { MaskEditor } from "../../models/mask-editor.js";
import { Shown } from "../../models/shown.js";
import { Toolbox } from "../../models/toolbox.js";
import { Viewport } from "../../models/viewport.js";
import { MaskWorker } from "./mask-worker.js";
import { readVersion } from "./read-version.js";

/**
 * The page's root: owns the models, which the elements inside connect to pointers and pixels.
 * `data-picture` names the picture of the page, `data-can-edit` is there for who may paint,
 * `data-worker` is the address of the rasterising worker.
 */
class CanvasStudio extends HTMLElement {
  connectedCallback() {
    const version = readVersion(this.versionItem(this.pictureId));
    this.shown = new Shown(version);
    this.viewport = new Viewport(version);
    this.toolbox = new Toolbox(version);
    this.mask = new MaskEditor();
    this.framing = new Framing();
    this.masks = new MaskWorker(this.dataset.worker);
    if (!this.canEdit) this.toolbox.choose("pan");
    this.shown.addEventListener("change", () => this.#follow());
  }

  disconnectedCallback() {
    this.masks.close();
  }

  /** What the mask is made of, for the worker; only one area of it if one was chosen. */
  get maskSource() {
    const { width, height } = this.viewport.picture;
    return { width, height, commands: this.mask.commands, clip: this.framing.only };
  }

  get pictureId() {
    return this.dataset.picture;
  }

  get canEdit() {
    return this.hasAttribute("data-can-edit");
  }

  /** @param {string} id @returns {HTMLElement | null} the version's item in the strip */
  versionItem(id) {
    return this.querySelector(`.versions [data-picture-id="${CSS.escape(id)}"]`);
  }

  /** @param {import("../../models/shown.js").Version} version the page is its canvas from now on */
  moveTo({ id, canvas }) {
    this.dataset.picture = id;
    history.replaceState(history.state, "", canvas);
  }

  /** @param {string} text said to those who cannot see what changed */
  announce(text) {
    this.querySelector("[data-announce]").textContent = text;
  }

  // A mask fits a size: on a version of another size nothing of it would be right.
  #follow() {
    const { width, height } = this.shown.version;
    const before = this.viewport.picture;
    this.toggleAttribute("data-comparing", this.shown.comparing);
    if (width === before.width && height === before.height) return;
    this.mask.reset();
    this.toolbox.setPicture({ width, height });
    this.viewport.setPicture({ width, height });
  }
}

customElements.define("canvas-studio", CanvasStudio);
