const TIMEOUT_MS = 20_000;

/**
 * Figures that refresh themselves. Attributes: `url` (answers with the inside of the child marked
 * `data-figures`), `seconds` between questions. The child `data-note="lost"` is shown while the
 * server does not answer. Nothing is asked while nobody looks; coming back asks at once.
 */
class LiveFigures extends HTMLElement {
  #timer = 0;
  #asking = null;

  connectedCallback() {
    document.addEventListener("visibilitychange", this.#look);
    this.#plan();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#look);
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #look = () => {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#ask();
  };

  #plan() {
    clearTimeout(this.#timer);
    if (document.hidden || !this.isConnected) return;
    this.#timer = setTimeout(() => this.#ask(), Number(this.getAttribute("seconds")) * 1000);
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = new AbortController();
    const limit = setTimeout(() => this.#asking.abort(), TIMEOUT_MS);
    try {
      this.#show(await this.#fetch(this.#asking.signal));
      this.#note(false);
    } catch {
      this.#note(true);
    }
    clearTimeout(limit);
    this.#asking = null;
    this.#plan();
  }

  async #fetch(signal) {
    const options = { headers: { "HX-Request": "true" }, redirect: "manual", signal };
    const response = await fetch(this.getAttribute("url"), options);
    if (!response.ok) throw new Error(`figures: ${response.status}`);
    return response.text();
  }

  #show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    this.querySelector("[data-figures]").replaceChildren(...fresh.body.childNodes);
  }

  #note(isLost) {
    this.querySelector('[data-note="lost"]').hidden = !isLost;
  }
}

customElements.define("live-figures", LiveFigures);
