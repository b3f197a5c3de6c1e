import { CanvasPart } from "./canvas-part.js";

const CALM_MILLISECONDS = 350;

/**
 * What sending would cost and carry, asked of the server at `data-url` when the hand rests; an
 * older question is dropped, its answer stays dimmed until the new one is there. The price goes on
 * the button. Tells the form "quoted" with {drawn: the size that is drawn, or "", price, box: the part
 * that is sent, null when nobody knows, boxes: of several parts all, the first included, area: what is
 * painted in the first of them, isWhole: whether all of the picture is sent, grow: how many
 * pixels the mask grows, context}; `blocked` says why it cannot be sent, or "". A `way` inside, chosen,
 * is a choice of the studio's framing.
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
    this.listen(this, "change", ({ target }) => {
      if (target.name === "way") this.studio.framing.goBy(target.value);
    });
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
    for (const name of ["mask", "apart"]) question.delete(name);
    question.set("way", this.studio.framing.way);
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
    if (this.firstElementChild?.outerHTML !== quote?.outerHTML) this.#replace(quote);
    const price = quote?.dataset.price ?? "";
    const isBlocked = quote?.hasAttribute("data-blocked") ?? false;
    this.blocked = isBlocked ? quote.querySelector(".quote__blocked").textContent : "";
    this.#price(price);
    const { drawn = "", crop, crops, whole, grow = 0, context = 0 } = quote?.dataset ?? {};
    const areas = quote?.querySelector("[name=apart]")?.value ?? "";
    const boxes = boxesOf(crops);
    const detail = {
      drawn,
      price,
      box: crop ? boxesOf(crop)[0] : null,
      boxes,
      area: boxes.length > 0 ? boxesOf(areas)[0] : null,
      isWhole: whole !== undefined,
      grow: Number(grow),
      context: Number(context),
    };
    this.form.dispatchEvent(new CustomEvent("quoted", { detail }));
  }

  // Whoever chooses by keyboard goes on from there.
  #replace(quote) {
    const focused = this.contains(document.activeElement) ? document.activeElement.id : "";
    this.replaceChildren(...(quote ? [document.importNode(quote, true)] : []));
    if (focused) document.getElementById(focused)?.focus();
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

function boxesOf(text) {
  return text ? text.split(",").map((box) => box.split(" ").map(Number)) : [];
}

customElements.define("canvas-quote", CanvasQuote);
