/** An element that drops its listeners when it goes. */
export class ElementPart extends HTMLElement {
  #life = null;

  connectedCallback() {
    this.#life = new AbortController();
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
