// The window onto the picture: sizes and the view, kept valid together.

import { ZOOM_STEP, clampView, fitView, panBy, toPicture, zoomTo } from "./view.js";

/** Fires "change" (detail: {resized}) whenever the view or a size changes. */
export class Viewport extends EventTarget {
  #fitting;

  /**
   * @param {import("./view.js").Size} picture in picture pixels
   * @param {{padding?: number, most?: number}} fitting how the whole picture is shown (fitView)
   */
  constructor(picture, fitting = {}) {
    super();
    this.#fitting = fitting;
    this.picture = picture;
    this.size = { width: 1, height: 1 };
    this.view = this.#fitView();
    this.fitted = true;
  }

  get middle() {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  /** The scale at which the whole picture is seen. */
  get fitScale() {
    return this.#fitView().scale;
  }

  /** @param {import("./view.js").Size} size CSS pixels; a fitted picture stays fitted */
  resize(size) {
    const dx = (size.width - this.size.width) / 2;
    const dy = (size.height - this.size.height) / 2;
    this.size = size;
    if (this.fitted) this.#set(this.#fitView(), true);
    else this.#set(panBy(this.view, dx, dy, this.picture, size), true);
  }

  /** @param {import("./view.js").Size} picture another picture; the view stays if sizes agree */
  setPicture(picture) {
    const same = picture.width === this.picture.width && picture.height === this.picture.height;
    if (same) return;
    this.picture = picture;
    this.fit();
  }

  fit() {
    this.fitted = true;
    this.#set(this.#fitView());
  }

  /** One picture pixel on one CSS pixel. */
  actualSize() {
    this.zoomTo(1);
  }

  /** @param {number} steps positive: nearer */
  zoomSteps(steps) {
    this.zoomBy(ZOOM_STEP ** steps);
  }

  /** @param {number} factor @param {{x: number, y: number}} at CSS pixels, stays in place */
  zoomBy(factor, at = this.middle) {
    this.zoomTo(this.view.scale * factor, at);
  }

  /** @param {number} scale CSS pixels per picture pixel @param {{x: number, y: number}} at */
  zoomTo(scale, at = this.middle) {
    this.fitted = false;
    this.#set(zoomTo(this.view, scale, at, this.picture, this.size));
  }

  /** @param {number} dx CSS pixels @param {number} dy */
  panBy(dx, dy) {
    this.fitted = false;
    this.#set(panBy(this.view, dx, dy, this.picture, this.size));
  }

  /** @returns {{x: number, y: number}} picture pixels under a place in the viewport */
  toPicture(x, y) {
    return toPicture(this.view, x, y);
  }

  #fitView() {
    return fitView(this.picture, this.size, this.#fitting);
  }

  #set(view, resized = false) {
    this.view = clampView(view, this.picture, this.size);
    this.dispatchEvent(new CustomEvent("change", { detail: { resized } }));
  }
}
