import { capture } from "../../lib/capture.js";
import { Gestures } from "../../models/gestures.js";
import { wheelFactor } from "../../models/view.js";
import { CanvasPart } from "./canvas-part.js";

const LINE_HEIGHT = 16;
const PEN_ERASER = 32;

/** The window around the stage: turns pointers and the wheel into painting, panning, zooming. */
class CanvasViewport extends CanvasPart {
  #gestures = new Gestures({
    begin: (pointer) => this.#begin(pointer),
    extend: (path) => this.#extend(path),
    commit: () => this.studio.mask.commit(),
    cancel: () => this.studio.mask.cancel(),
    pan: (dx, dy) => this.studio.viewport.panBy(dx, dy),
    pinch: (pinch) => this.#pinch(pinch),
    undo: () => this.studio.mask.undo(),
  });

  #box = { left: 0, top: 0 };

  connect(signal) {
    this.listen(this, "pointerdown", (event) => this.#down(event));
    this.listen(this, "pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.listen(this, type, (event) => this.#gestures.up(this.#pointer(event)));
    }
    this.listen(this, "wheel", (event) => this.#wheel(event), { passive: false });
    for (const type of ["keydown", "blur"]) {
      this.listen(this, type, () => this.removeAttribute("data-pointed"));
    }
    this.listen(this, "contextmenu", (event) => event.preventDefault());
    this.listen(this.studio.toolbox, "change", () => this.#dress());
    this.#observe(signal);
    this.#dress();
  }

  /** Esc: give up the shape in the hand. */
  abandon() {
    this.#gestures.abandon();
  }

  #observe(signal) {
    const observer = new ResizeObserver(([{ contentRect }]) => {
      this.studio.viewport.resize({ width: contentRect.width, height: contentRect.height });
    });
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
    this.studio.viewport.resize({ width: this.clientWidth, height: this.clientHeight });
  }

  #dress() {
    this.dataset.tool = this.studio.toolbox.active;
  }

  #down(event) {
    if (event.button > 2) return;
    if (event.pointerType !== "touch") {
      event.preventDefault();
      this.setAttribute("data-pointed", "");
      this.focus({ preventScroll: true });
    }
    capture(this, event);
    if (!this.#gestures.busy) this.#locate();
    this.#gestures.down(this.#pointer(event));
  }

  #move(event) {
    if (!this.#gestures.busy) return;
    const events = event.getCoalescedEvents?.() ?? [];
    const path = (events.length > 0 ? events : [event]).map((each) => this.#pointer(each));
    this.#gestures.move(this.#pointer(event), path);
  }

  #wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : 1;
    if (!this.#gestures.busy) this.#locate();
    const { x, y } = this.#pointer(event);
    this.studio.viewport.zoomBy(wheelFactor(event.deltaY * unit, event.ctrlKey), { x, y });
  }

  // Measured once for a gesture: asking at every event would lay out the page each time.
  #locate() {
    this.#box = this.getBoundingClientRect();
  }

  #pointer(event) {
    return {
      id: event.pointerId,
      x: event.clientX - this.#box.left,
      y: event.clientY - this.#box.top,
      touch: event.pointerType === "touch",
      time: event.timeStamp,
      action: this.#action(event),
      shift: event.shiftKey,
    };
  }

  #action(event) {
    const { canEdit, toolbox } = this.studio;
    if (!canEdit || event.button === 1 || toolbox.active === "pan") return "pan";
    const subtracts = toolbox.active === "rectangle" && (event.ctrlKey || event.metaKey);
    return event.button === 2 || event.buttons & PEN_ERASER || subtracts ? "erase" : "use";
  }

  #begin(pointer) {
    this.studio.shown.compare(false);
    const modifiers = { erasing: pointer.action === "erase", straight: pointer.shift };
    this.studio.mask.begin(this.studio.toolbox, this.#place(pointer), modifiers);
  }

  #extend(path) {
    const places = path.map((pointer) => this.#place(pointer));
    this.studio.mask.extend(places, path.at(-1).shift);
  }

  #place({ x, y }) {
    return this.studio.viewport.toPicture(x, y);
  }

  #pinch({ dx, dy, factor, at }) {
    this.studio.viewport.panBy(dx, dy);
    this.studio.viewport.zoomBy(factor, at);
  }
}

customElements.define("canvas-viewport", CanvasViewport);
