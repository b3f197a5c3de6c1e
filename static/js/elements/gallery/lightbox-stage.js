import { swipeStep } from "../../lib/swipe.js";

/**
 * The picture of the lightbox: fitted to the stage, or at actual size and moved about; before the
 * edit while compared. The preview is shown first and the full picture once somebody looks closer.
 */
export class LightboxStage {
  #stage;
  #after;
  #before;
  #urls;
  #facts = null;
  #press = null;

  /**
   * @param {HTMLElement} stage holds the images with `data-role` picture and before
   * @param {(kind: "preview" | "full", id: string) => string} urls
   */
  constructor(stage, urls) {
    this.#stage = stage;
    this.#after = stage.querySelector("[data-role=picture]");
    this.#before = stage.querySelector("[data-role=before]");
    this.#urls = urls;
    stage.addEventListener("pointerdown", this.#onDown);
    stage.addEventListener("pointermove", this.#onMove);
    stage.addEventListener("pointerup", this.#onUp);
    stage.addEventListener("pointercancel", () => this.#letGo());
    this.#after.addEventListener("error", () => this.#markBroken(true));
    this.#after.addEventListener("load", () => this.#markBroken(false));
  }

  /** Called with 1 or -1 when the member swipes. */
  onSwipe() {}

  /** Called when the picture itself is clicked, with the place as shares of its size. */
  onPress() {}

  /** @param {import("../../lib/picture-facts.js").PictureFacts} facts */
  show(facts) {
    this.#facts = facts;
    this.zoom(false);
    this.compare(false);
    this.#markBroken(false);
    this.#draw(this.#after, facts, facts.id, facts.name);
    if (facts.parentId) this.#draw(this.#before, facts, facts.parentId, "");
    else this.#before.removeAttribute("src");
  }

  clear() {
    for (const image of [this.#after, this.#before]) image.removeAttribute("src");
  }

  /** @param {boolean} isBefore whether the parent is shown instead */
  compare(isBefore) {
    this.#before.hidden = !isBefore;
    if (isBefore && this.isZoomed) this.#sharpen(this.#before, this.#facts.parentId);
  }

  get isZoomed() {
    return this.#stage.hasAttribute("data-zoomed");
  }

  /**
   * @param {boolean} isOn whether one pixel of the picture takes one of the screen
   * @param {{ x: number, y: number }} at what stays in the middle, as shares of the size
   */
  zoom(isOn, at = { x: 0.5, y: 0.5 }) {
    this.#stage.toggleAttribute("data-zoomed", isOn);
    for (const image of [this.#after, this.#before]) this.#size(image, isOn);
    if (!isOn) return;
    const { clientWidth, clientHeight, scrollWidth, scrollHeight } = this.#stage;
    this.#stage.scrollTo(at.x * scrollWidth - clientWidth / 2, at.y * scrollHeight - clientHeight / 2);
    this.#sharpen(this.#after, this.#facts.id);
    if (!this.#before.hidden) this.#sharpen(this.#before, this.#facts.parentId);
  }

  #draw(image, { width, height }, id, name) {
    image.removeAttribute("src"); // the picture before this one is not shown meanwhile
    image.width = width;
    image.height = height;
    image.alt = name;
    image.src = this.#urls("preview", id);
    this.#size(image, false);
  }

  #size(image, isActual) {
    const { width, height } = this.#facts;
    const [across, down] = [width, height].map((each) => `${each / devicePixelRatio}px`);
    image.style.width = isActual ? across : "";
    image.style.height = isActual ? down : "";
    image.style.maxWidth = isActual ? "none" : `min(100%, ${width}px)`;
    image.style.maxHeight = isActual ? "none" : `min(100%, ${height}px)`;
  }

  async #sharpen(image, id) {
    const full = new Image();
    full.src = this.#urls("full", id);
    await full.decode().catch(() => {});
    const isStill = this.isZoomed && image.src === new URL(this.#urls("preview", id), location).href;
    if (full.naturalWidth > 0 && isStill) image.src = full.src;
  }

  #markBroken(isBroken) {
    this.#stage.querySelector("[data-role=broken]").hidden = !isBroken;
    this.#after.classList.toggle("is-broken", isBroken);
  }

  #onDown = (event) => {
    if (event.button !== 0 || !event.isPrimary) return this.#letGo();
    const { clientX: x, clientY: y, pointerType } = event;
    this.#press = { x, y, left: this.#stage.scrollLeft, top: this.#stage.scrollTop, pointerType };
  };

  /** A finger moves the zoomed picture by scrolling; the mouse does it here. */
  #onMove = ({ clientX, clientY }) => {
    if (!this.#press || this.#press.pointerType === "touch" || !this.isZoomed) return;
    const { x, y, left, top } = this.#press;
    this.#stage.scrollTo(left + x - clientX, top + y - clientY);
  };

  #onUp = ({ clientX, clientY, target }) => {
    if (!this.#press) return;
    const { x, y, pointerType } = this.#press;
    this.#letGo();
    const isStill = Math.hypot(clientX - x, clientY - y) < 6;
    const step = swipeStep(clientX - x, clientY - y);
    if (isStill && target.matches("img")) this.onPress(this.#share(target, clientX, clientY));
    else if (step && pointerType === "touch" && !this.isZoomed) this.onSwipe(step);
  };

  #share(image, clientX, clientY) {
    const box = image.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  }

  #letGo() {
    this.#press = null;
  }
}
