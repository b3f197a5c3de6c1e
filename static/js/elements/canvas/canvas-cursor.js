import { CanvasPart } from "./canvas-part.js";

const SMALLEST = 4;

/** The brush's true size as a ring under a mouse or pen. */
class CanvasCursor extends CanvasPart {
  /** Where the pointer is in the window, or null. */
  #at = null;
  #frame = 0;

  connect(signal) {
    this.room = this.closest("canvas-viewport");
    this.listen(this.room, "pointermove", (event) => this.#follow(event));
    this.listen(this.room, "pointerdown", (event) => this.#follow(event));
    this.listen(this.room, "pointerleave", () => this.#leave());
    this.listen(this.studio.toolbox, "change", () => this.#request());
    this.listen(this.studio.viewport, "change", () => this.#request());
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame));
  }

  #follow({ pointerType, clientX, clientY, buttons }) {
    this.#at = pointerType === "touch" ? null : { x: clientX, y: clientY };
    this.removes = (buttons & 2) > 0;
    this.#request();
  }

  #leave() {
    this.#at = null;
    this.#request();
  }

  #request() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { toolbox, viewport } = this.studio;
    const isBrush = toolbox.active === "brush" || toolbox.active === "eraser";
    const isSeen = this.#at !== null && isBrush;
    if (this.hidden === isSeen) this.hidden = !isSeen;
    if (!isSeen) return;
    const { left, top } = this.room.getBoundingClientRect();
    const size = Math.max(toolbox.diameter * viewport.view.scale, SMALLEST);
    this.style.width = this.style.height = `${size}px`;
    const [x, y] = [this.#at.x - left - size / 2, this.#at.y - top - size / 2];
    this.style.transform = `translate(${x}px, ${y}px)`;
    this.toggleAttribute("data-removes", this.removes);
  }
}

customElements.define("canvas-cursor", CanvasCursor);
