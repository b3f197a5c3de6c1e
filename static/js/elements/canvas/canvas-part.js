/**
 * What all elements of the canvas share: they live inside <canvas-studio>, find its models there
 * and drop their listeners when they go.
 */
export class CanvasPart extends HTMLElement {
  #life = null;

  connectedCallback() {
    this.#life = new AbortController();
    this.studio = this.closest("canvas-studio");
    this.connect(this.#life.signal);
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  /** @param {AbortSignal} _signal ends all listeners of the element */
  connect(_signal) {}

  /** @param {EventTarget} target @param {string} type @param {(event: Event) => void} action */
  listen(target, type, action, options = {}) {
    target.addEventListener(type, action, { signal: this.#life.signal, ...options });
  }
}
