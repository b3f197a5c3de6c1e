import { capture } from "../../lib/capture.js";
import { moved, pulled } from "../../models/frame.js";
import { CanvasPart } from "./canvas-part.js";

const STEP = 8;
const LEAP = 5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * The frame of what a provider would be sent of the picture. Each `data-side` inside (of the wind
 * rose, or "move") is pulled by mouse, finger or arrow keys; `data-moved-text` says what came of it.
 */
class CanvasCrop extends CanvasPart {
  /** What is framed: the server's answer, or what the hand makes of it. */
  #box = null;
  #mask = null;
  #drag = null;

  connect() {
    const form = this.studio.querySelector("canvas-form form");
    this.listen(form, "quoted", ({ detail }) => this.#frame(detail));
    this.listen(form, "measured", ({ detail }) => (this.#mask = detail.box));
    this.listen(this.studio.viewport, "change", () => this.#place());
    this.listen(this.studio.shown, "change", () => this.#frame({ box: null }));
    this.listen(this, "pointerdown", (event) => this.#down(event));
    this.listen(this, "pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) {
      this.listen(this, type, (event) => this.#up(event));
    }
    this.listen(this, "keydown", (event) => this.#key(event));
  }

  // Several parts have frames of their own, which nobody pulls.
  #frame({ box, isWhole, boxes = [] }) {
    if (this.#drag) return;
    const isFramed = boxes.length === 0 && !(isWhole && this.#mask === null);
    this.#box = isFramed ? box : null;
    this.#place();
  }

  #place() {
    this.hidden = this.#box === null;
    if (this.hidden) return;
    const [left, top, right, bottom] = this.#box;
    const { view } = this.studio.viewport;
    this.style.width = `${(right - left) * view.scale}px`;
    this.style.height = `${(bottom - top) * view.scale}px`;
    const [x, y] = [left * view.scale + view.x, top * view.scale + view.y];
    this.style.transform = `translate(${x}px, ${y}px)`;
  }

  #down(event) {
    const side = event.target.closest("[data-side]")?.dataset.side;
    if (!side) return;
    // Nothing is painted here.
    event.stopPropagation();
    if (event.button !== 0 || this.#drag || this.#mask === null) return;
    capture(event.target, event);
    const { pointerId, clientX, clientY } = event;
    this.#drag = { side, pointerId, clientX, clientY, box: this.#box };
  }

  #move(event) {
    if (event.pointerId !== this.#drag?.pointerId) return;
    event.stopPropagation();
    const { side, box, clientX, clientY } = this.#drag;
    this.#box = this.#pulled(box, side, event.clientX - clientX, event.clientY - clientY);
    this.#place();
  }

  #up(event) {
    if (event.pointerId !== this.#drag?.pointerId) return;
    event.stopPropagation();
    const { box } = this.#drag;
    this.#drag = null;
    if (event.type === "pointercancel") this.#frame({ box });
    else if (this.#box !== box) this.#tell();
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    const side = event.target.dataset.side;
    if (!arrow || !side || this.#mask === null) return;
    event.preventDefault();
    const [dx, dy] = arrow.map((each) => each * STEP * (event.shiftKey ? LEAP : 1));
    this.#box = this.#pulled(this.#box, side, dx, dy);
    this.#place();
    this.#tell();
  }

  #pulled(box, side, dx, dy) {
    const { view, picture } = this.studio.viewport;
    const ground = { mask: this.#mask, picture };
    const by = [dx, dy].map((each) => Math.sign(each) * Math.ceil(Math.abs(each) / view.scale));
    return side === "move" ? moved(box, ...by, ground) : pulled(box, side, ...by, ground);
  }

  #tell() {
    const [left, top, right, bottom] = this.#box;
    this.studio.framing.frame([...this.#box]);
    const words = this.dataset.movedText;
    this.studio.announce(words.replace("{width}", right - left).replace("{height}", bottom - top));
  }
}

customElements.define("canvas-crop", CanvasCrop);
