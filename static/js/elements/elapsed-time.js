import { clockTime } from "../lib/format.js";

const TICK_MS = 1000;

/**
 * Counts up from `seconds`, as the server knew it when it drew the card: a wrong clock on this
 * side shows no wrong time.
 */
class ElapsedTime extends HTMLElement {
  #started = 0;
  #timer = 0;

  connectedCallback() {
    this.#started = performance.now() - Number(this.getAttribute("seconds")) * 1000;
    this.#timer = setInterval(this.#show, TICK_MS);
    this.#show();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show = () => {
    this.textContent = clockTime((performance.now() - this.#started) / 1000);
  };
}

customElements.define("elapsed-time", ElapsedTime);
