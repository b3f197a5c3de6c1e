import { editCards, isSettled } from "../../lib/edit-cards.js";
import { CanvasPart } from "./canvas-part.js";

const SPOKEN = ".edit-card__state, .edit-card__usual, .edit-card__reason, .edit-card__area";

/**
 * A strip over the picture: how far the newest edit under way is, with its Cancel; or why the last
 * one came to nothing, and where to decide about it. Mirrors the cards in `#canvas-edits`, which the
 * poll keeps true.
 */
class CanvasProgress extends CanvasPart {
  #failed = null;

  connect(signal) {
    this.room = document.querySelector("#canvas-edits");
    this.text = this.querySelector("[data-text]");
    this.bar = this.querySelector("progress");
    this.cancel = this.querySelector("[data-cancel]");
    this.dismiss = this.querySelector("[data-dismiss]");
    this.goto = this.querySelector("[data-goto]");
    this.listen(this.cancel, "click", () => this.#cancelButton()?.click());
    this.listen(this.goto, "click", () => this.#goToCard());
    this.listen(this.dismiss, "click", () => this.#forget());
    this.listen(this.studio, "edit:sent", () => this.#forget());
    this.listen(document, "edit:settled", ({ detail }) => this.#settled(detail));
    const observer = new MutationObserver(() => this.#show());
    observer.observe(this.room, { childList: true, subtree: true, attributeFilter: ["data-state"] });
    signal.addEventListener("abort", () => observer.disconnect());
    this.#show();
  }

  get #running() {
    const open = editCards(this.room).filter((card) => !isSettled(card.dataset.state));
    // One that waits for another area tells less than that.
    return open.find((card) => !card.hasAttribute("data-waits")) ?? open[0];
  }

  #cancelButton() {
    return this.#running?.querySelector("form[data-cancel] button");
  }

  #settled({ editId, state }) {
    if (state === "succeeded" || state === "canceled") {
      if (this.#failed?.dataset.editId === editId) this.#forget();
      return;
    }
    this.#failed = this.room.querySelector(`[data-edit-id="${CSS.escape(editId)}"]`);
    this.#show();
  }

  #forget() {
    this.#failed = null;
    this.#show();
  }

  #show() {
    const running = this.#running;
    const card = running ?? this.#failed;
    this.hidden = !card;
    if (!card) return;
    this.toggleAttribute("data-failed", !running);
    this.#say(card);
    this.#measure(running?.querySelector("progress"));
    this.#offer(this.#cancelButton());
    this.goto.hidden = Boolean(running) || !card.querySelector(".edit-card__actions .button");
    this.dismiss.hidden = Boolean(running);
  }

  #offer(button) {
    this.cancel.hidden = !button;
    if (button) this.cancel.textContent = button.textContent;
  }

  // What can be done stands on the card.
  #goToCard() {
    const action = this.#failed?.querySelector(".edit-card__actions .button");
    action?.scrollIntoView({ block: "center" });
    action?.focus();
  }

  #say(card) {
    const parts = [...card.querySelectorAll(SPOKEN)];
    const text = parts.map((part) => part.textContent.replace(/\s+/g, " ").trim()).join(" · ");
    if (this.text.textContent !== text) this.text.textContent = text;
  }

  #measure(bar) {
    this.bar.hidden = !bar;
    if (bar?.hasAttribute("value")) this.bar.value = bar.value;
    else this.bar.removeAttribute("value");
  }
}

customElements.define("canvas-progress", CanvasProgress);
