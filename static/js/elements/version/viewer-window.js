import { capture } from "../../lib/capture.js";
import { shareAt } from "../../models/divider.js";
import { Gestures } from "../../models/gestures.js";
import { wheelFactor } from "../../models/view.js";
import { ViewerPart } from "./viewer-part.js";

const PAN_KEYS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PAN_PIXELS = 48;

/**
 * The window onto the pictures. While the whole picture is seen a drag moves the line; nearer, it
 * moves the picture. Two fingers, or the wheel with Ctrl, zoom: the plain wheel scrolls the page.
 */
class ViewerWindow extends ViewerPart {
  #gestures = new Gestures({
    begin: () => {},
    extend: (path) => this.#slide(path.at(-1)),
    commit: () => {},
    cancel: () => {},
    undo: () => {},
    pan: (dx, dy) => this.viewer.viewport.panBy(dx, dy),
    pinch: (pinch) => this.#pinch(pinch),
  });

  connect(signal) {
    const { viewport } = this.viewer;
    this.listen(this, "pointerdown", (event) => this.#down(event));
    this.listen(this, "pointermove", (event) => this.#gestures.move(this.#pointer(event)));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.listen(this, type, (event) => this.#gestures.up(this.#pointer(event)));
    }
    this.listen(this, "wheel", (event) => this.#wheel(event), { passive: false });
    this.listen(this, "keydown", (event) => this.#key(event));
    this.listen(this, "dragstart", (event) => event.preventDefault());
    this.listen(viewport, "change", () => this.#dress());
    this.#observe(signal);
  }

  #observe(signal) {
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#measure();
  }

  #measure() {
    this.viewer.viewport.resize({ width: this.clientWidth, height: this.clientHeight });
  }

  #dress() {
    this.toggleAttribute("data-near", !this.viewer.viewport.fitted);
  }

  #down(event) {
    if (event.button > 1) return;
    capture(this, event);
    this.#gestures.down(this.#pointer(event));
  }

  #pointer(event) {
    const box = this.getBoundingClientRect();
    return {
      id: event.pointerId,
      x: event.clientX - box.left,
      y: event.clientY - box.top,
      touch: event.pointerType === "touch",
      time: event.timeStamp,
      action: this.viewer.viewport.fitted ? "use" : "pan",
    };
  }

  #slide({ x }) {
    if (this.viewer.compares) this.viewer.divider.moveTo(shareAt(x, this.viewer.span));
  }

  #pinch({ dx, dy, factor, at }) {
    this.viewer.viewport.panBy(dx, dy);
    this.#zoom(factor, at);
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#zoom(wheelFactor(event.deltaY, true), this.#pointer(event));
  }

  // No further away than the whole picture.
  #zoom(factor, { x, y }) {
    const { viewport } = this.viewer;
    viewport.zoomBy(factor, { x, y });
    if (viewport.view.scale <= viewport.fitScale) viewport.fit();
  }

  #key(event) {
    if (event.target !== this || event.ctrlKey || event.metaKey || event.altKey) return;
    const { viewport } = this.viewer;
    const pan = PAN_KEYS[event.key];
    if (pan && !viewport.fitted) viewport.panBy(...pan.map((way) => way * PAN_PIXELS));
    else if (event.key === "0") viewport.fit();
    else if (event.key === "1") viewport.actualSize();
    else return;
    event.preventDefault();
  }
}

customElements.define("viewer-window", ViewerWindow);
