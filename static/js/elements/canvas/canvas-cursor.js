import { CanvasPart } from "./canvas-part.js";

const SMALLEST = 4;

/** The brush's true size as a ring under a mouse or pen. */
class CanvasCursor extends CanvasPart {
  #at = null;

  connect() {
    const room = this.closest("canvas-viewport");
    this.listen(room, "pointermove", (event) => this.#follow(event, room));
    this.listen(room, "pointerdown", (event) => this.#follow(event, room));
    this.listen(room, "pointerleave", () => this.#leave());
    this.listen(this.studio.toolbox, "change", () => this.#draw());
    this.listen(this.studio.viewport, "change", () => this.#draw());
  }

  #follow(event, room) {
    const box = room.getBoundingClientRect();
    const isTouch = event.pointerType === "touch";
    this.#at = isTouch ? null : { x: event.clientX - box.left, y: event.clientY - box.top };
    this.toggleAttribute("data-removes", (event.buttons & 2) > 0);
    this.#draw();
  }

  #leave() {
    this.#at = null;
    this.#draw();
  }

  #draw() {
    const { toolbox, viewport } = this.studio;
    const isBrush = toolbox.active === "brush" || toolbox.active === "eraser";
    this.hidden = this.#at === null || !isBrush;
    if (this.hidden) return;
    const size = Math.max(toolbox.diameter * viewport.view.scale, SMALLEST);
    this.style.width = this.style.height = `${size}px`;
    const { x, y } = this.#at;
    this.style.transform = `translate(${x - size / 2}px, ${y - size / 2}px)`;
  }
}

customElements.define("canvas-cursor", CanvasCursor);
