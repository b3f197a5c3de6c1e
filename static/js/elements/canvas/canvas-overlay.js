import { toast } from "../../lib/toast.js";
import { effective } from "../../models/commands.js";
import { clamp } from "../../models/geometry.js";
import { CanvasPart } from "./canvas-part.js";
import { Likenesses } from "./likenesses.js";
import { aim, paintCommand, paintPath } from "./painter.js";

const MAX_RATIO = 2;
// A browser without a graphics card copies the whole canvas for every frame that changes it.
const PIXEL_BUDGET = 1_600_000;
const SLICE_MILLISECONDS = 6;

/**
 * The mask over the picture: a canvas of the viewport's size, at screen resolution. While a stroke
 * grows only its new segments are drawn. After a change of the view the old pixels are moved along
 * and the mask is painted anew behind them, in slices that never hold up a frame. `data-lost-text`
 * is said when a mask the server keeps cannot be had.
 */
class CanvasOverlay extends CanvasPart {
  #back = document.createElement("canvas");
  /** Where the front's pixels belong: {view, picture, ratio}; null before the first. */
  #painted = null;
  /** The same for the repaint under way. */
  #painting = null;
  #frame = 0;
  /** The repaint under way (a generator), or null. */
  #job = null;
  #wanted = false;
  /** Numbers of the growing stroke's list that are drawn already. */
  #drawn = 0;
  #strokeIsDrawn = false;
  #likenesses = null;

  connect(signal) {
    const { viewport, mask } = this.studio;
    this.canvas = this.querySelector("canvas");
    this.context = this.canvas.getContext("2d");
    this.#likenesses = new Likenesses(this.studio.masks, {
      colour: () => this.#colour,
      ready: () => this.#repaint(),
      lost: () => this.#complain(),
    });
    this.listen(viewport, "change", () => this.#repaint());
    this.listen(mask, "mask", ({ detail }) => this.#follow(detail.appended));
    this.listen(mask, "shape", ({ detail }) => this.#grow(detail));
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame));
    this.#repaint();
  }

  #follow(appended) {
    const isDrawn = this.#strokeIsDrawn;
    this.#strokeIsDrawn = false;
    if (appended === null || this.#isStale) this.#repaint();
    else if (!isDrawn) this.#draw(this.context, (context) => this.#paintAll(context, appended));
  }

  #grow({ phase, shape }) {
    if (shape?.kind !== "stroke") return;
    if (phase === "begin") this.#drawn = 0;
    if (phase === "cancel") this.#repaint();
    else if (phase === "commit") {
      this.#drawStroke(shape);
      this.#strokeIsDrawn = true;
    } else this.#request();
  }

  get #isStale() {
    return this.#wanted || this.#job !== null;
  }

  #repaint() {
    this.#wanted = true;
    this.#request();
  }

  #request() {
    this.#frame ||= requestAnimationFrame(() => this.#tick());
  }

  #tick() {
    this.#frame = 0;
    if (this.#wanted) {
      this.#wanted = false;
      this.#job = this.#paint();
    }
    if (this.#job !== null) this.#work();
    const { shape } = this.studio.mask;
    if (shape?.kind === "stroke" && !this.#isStale) this.#drawStroke(shape);
  }

  #work() {
    const end = performance.now() + SLICE_MILLISECONDS;
    do {
      if (this.#job.next().done) {
        this.#job = null;
        this.#swap();
        return;
      }
    } while (performance.now() < end);
    this.#moveAlong();
    this.#request();
  }

  *#paint() {
    const { viewport, mask } = this.studio;
    const ratio = pixelRatio(viewport.size);
    this.#painting = { view: viewport.view, picture: viewport.picture, ratio };
    this.#back.width = Math.max(Math.round(viewport.size.width * ratio), 1);
    this.#back.height = Math.max(Math.round(viewport.size.height * ratio), 1);
    const context = this.#back.getContext("2d");
    aim(context, this.#painting);
    context.fillStyle = context.strokeStyle = this.#colour;
    for (const command of effective(mask.commands)) {
      paintCommand(context, command, this.#scene(viewport.picture));
      yield;
    }
  }

  get #colour() {
    return getComputedStyle(this).getPropertyValue("--mask").trim();
  }

  #swap() {
    const { width, height } = this.#back;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.context.resetTransform();
    this.context.clearRect(0, 0, width, height);
    this.context.drawImage(this.#back, 0, 0);
    this.canvas.style.transform = "none";
    this.#painted = this.#painting;
    this.#drawn = 0;
  }

  // Until the new pixels are ready the old ones go where they belong now, if a little soft.
  #moveAlong() {
    if (this.#painted === null) return;
    const { view } = this.studio.viewport;
    const old = this.#painted.view;
    const k = view.scale / old.scale;
    const shift = [view.x - old.x * k, view.y - old.y * k];
    this.canvas.style.transform = `matrix(${k}, 0, 0, ${k}, ${shift.join(", ")})`;
  }

  #drawStroke({ tool, diameter, points }) {
    if (this.#painted === null || points.length <= this.#drawn) return;
    // From the last point drawn, so that the pieces join.
    const fresh = points.slice(Math.max(this.#drawn - 2, 0));
    this.#drawn = points.length;
    this.#draw(this.context, (context) => paintPath(context, tool, diameter, fresh));
  }

  #paintAll(context, commands) {
    const scene = this.#scene(this.#painted.picture);
    for (const command of commands) paintCommand(context, command, scene);
  }

  #scene(picture) {
    return { picture, likenesses: this.#likenesses };
  }

  #complain() {
    toast(this, { text: this.dataset.lostText, error: true });
  }

  #draw(context, paint) {
    context.save();
    aim(context, this.#painted);
    context.fillStyle = context.strokeStyle = this.#colour;
    paint(context);
    context.restore();
  }
}

/** Canvas pixels per CSS pixel: the screen's, but finer than CSS pixels only within the budget. */
function pixelRatio({ width, height }) {
  const affordable = Math.sqrt(PIXEL_BUDGET / (width * height));
  return clamp(affordable, Math.min(devicePixelRatio, 1), Math.min(devicePixelRatio, MAX_RATIO));
}

customElements.define("canvas-overlay", CanvasOverlay);
