import { editCards, isSettled } from "../../lib/edit-cards.js";
import { CanvasPart } from "./canvas-part.js";

/**
 * A strip over the picture: how far the newest edit under way is, with its Cancel; or why the last
 * one failed. Mirrors the cards in `#canvas-edits`, which the poll keeps true.
 */
class CanvasProgress extends CanvasPart {
  #failed = null;

  connect(signal) {
    this.room = document.querySelector("#canvas-edits");
    this.text = this.querySelector("[data-text]");
    this.bar = this.querySelector("progress");
    this.cancel = this.querySelector("[data-cancel]");
    this.dismiss = this.querySelector("[data-dismiss]");
    this.listen(this.cancel, "click", () => this.#cancelButton()?.click());
    this.listen(this.dismiss, "click", () => this.#forget());
    this.listen(this.studio, "edit:sent", () => this.#forget());
    this.listen(document, "edit:settled", ({ detail }) => this.#settled(detail));
    const observer = new MutationObserver(() => this.#show());
    observer.observe(this.room, { childList: true, subtree: true, attributeFilter: ["data-state"] });
    signal.addEventListener("abort", () => observer.disconnect());
    this.#show();
  }

  get #running() {
    return editCards(this.room).find((card) => !isSettled(card.dataset.state));
  }

  #cancelButton() {
    return this.#running?.querySelector("form button");
  }

  #settled({ editId, state }) {
    if (state === "succeeded" || state === "canceled") return;
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
    this.cancel.hidden = !this.#cancelButton();
    this.dismiss.hidden = Boolean(running);
  }

  #say(card) {
    const parts = [...card.querySelectorAll(".edit-card__state, .edit-card__reason")];
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
