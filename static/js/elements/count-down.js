const TICK_MS = 1000;

/**
 * Counts down from `seconds` to 0, as the server knew it when it drew the card. The first number of
 * its words is the one that changes.
 */
class CountDown extends HTMLElement {
  #end = 0;
  #timer = 0;

  connectedCallback() {
    this.#end = performance.now() + Number(this.getAttribute("seconds")) * 1000;
    this.#timer = setInterval(this.#show, TICK_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show = () => {
    const left = Math.max(0, Math.ceil((this.#end - performance.now()) / 1000));
    this.textContent = this.textContent.replace(/\d+/, String(left));
    if (left === 0) clearInterval(this.#timer);
  };
}

customElements.define("count-down", CountDown);
