import { CanvasPart } from "./canvas-part.js";

const CALM_MILLISECONDS = 350;

/**
 * What sending would cost and carry, asked of the server at `data-url` when the hand rests; an
 * older question is dropped, its answer stays dimmed until the new one is there. The price goes on
 * the button. Tells the form "quoted" with {drawn: the size that is drawn, or "", price, box: the part
 * that is sent, null when nobody knows, isWhole: whether that is all of the picture, grow: how many
 * pixels the mask grows, context}; `blocked` says why it cannot be sent, or "".
 */
class CanvasQuote extends CanvasPart {
  #timer = 0;
  #asking = null;
  #box = null;
  #islands = [];
  blocked = "";

  connect(signal) {
    this.form = this.closest("form");
    for (const type of ["input", "restored", "engine", "parameters"]) {
      this.listen(this.form, type, () => this.#changed());
    }
    this.listen(this.form, "measured", ({ detail }) => {
      this.#box = detail.box;
      this.#islands = detail.islands;
      this.#changed();
    });
    this.listen(this.studio.shown, "change", () => this.#changed());
    signal.addEventListener("abort", () => this.#forget());
  }

  /** Lead to the words that say why it cannot be sent. */
  point() {
    const reason = this.querySelector(".quote__blocked");
    reason.tabIndex = -1;
    reason.focus();
  }

  get #isAsked() {
    return this.form.hasAttribute("data-provider");
  }

  get #question() {
    const question = new FormData(this.form);
    const parameters = this.form.querySelector("canvas-parameters");
    parameters.pack(question);
    // While it is typed still, it is as if there were none.
    if (parameters.chosen.isUnfinished) question.set("size", "");
    question.delete("mask");
    if (this.#box) question.set("box", this.#box.join(" "));
    if (this.#islands.length > 1) {
      question.set("islands", this.#islands.map((box) => box.join(" ")).join());
    }
    return question;
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #changed() {
    this.#forget();
    this.hidden = !this.#isAsked;
    if (!this.#isAsked) {
      this.#show(null);
      return;
    }
    this.setAttribute("aria-busy", "true");
    this.#timer = setTimeout(() => this.#ask(), CALM_MILLISECONDS);
  }

  async #ask() {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const url = this.dataset.url.replace("PICTURE", this.studio.shown.version.id);
    // Without an answer there is no quote; sending says what is wrong.
    const page = await fetch(url, {
      method: "POST",
      body: this.#question,
      headers: { "HX-Request": "true" },
      redirect: "manual",
      signal,
    })
      .then((response) => (response.ok || response.status === 422 ? response.text() : ""))
      .catch(() => "");
    if (signal.aborted) return;
    const answer = new DOMParser().parseFromString(page, "text/html");
    this.#show(answer.querySelector("[data-quote]"));
  }

  #show(quote) {
    this.removeAttribute("aria-busy");
    if (this.firstElementChild?.outerHTML !== quote?.outerHTML) {
      this.replaceChildren(...(quote ? [document.importNode(quote, true)] : []));
    }
    const price = quote?.dataset.price ?? "";
    const isBlocked = quote?.hasAttribute("data-blocked") ?? false;
    this.blocked = isBlocked ? quote.querySelector(".quote__blocked").textContent : "";
    this.#price(price);
    const { drawn = "", crop, whole, grow = 0, context = 0 } = quote?.dataset ?? {};
    const detail = {
      drawn,
      price,
      box: crop ? crop.split(" ").map(Number) : null,
      isWhole: whole !== undefined,
      grow: Number(grow),
      context: Number(context),
    };
    this.form.dispatchEvent(new CustomEvent("quoted", { detail }));
  }

  #price(price) {
    const place = this.form.querySelector("[data-price]");
    place.textContent = price;
    const button = place.closest("button");
    button.toggleAttribute("data-blocked", this.blocked !== "");
    const said = this.blocked || price;
    const region = this.form.querySelector("[data-quoted]");
    if (region.textContent !== said) region.textContent = said;
  }
}

customElements.define("canvas-quote", CanvasQuote);
