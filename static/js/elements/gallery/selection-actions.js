import { fill } from "../../lib/format.js";
import { adopt } from "../../lib/edit-cards.js";
import { post } from "../../lib/post.js";
import { toast } from "../../lib/toast.js";

/**
 * The bar of what can be done with the ticked pictures, and the restore buttons of single cards
 * (`form[data-act]`). Each button's `data-act` names the act; its form also works by itself.
 * Texts and `data-restore-url` are data attributes; `max-export` is what a ZIP may hold.
 */
class SelectionActions extends HTMLElement {
  #cards = [];
  #listeners = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const { parentElement: selection } = this;
    selection.addEventListener("selection:change", this.#onChange, { signal });
    selection.addEventListener("submit", this.#onSubmit, { signal });
    this.querySelector("[data-all]").hidden = false;
  }

  disconnectedCallback() {
    this.#listeners.abort();
  }

  #onChange = ({ detail: { cards, all } }) => {
    this.#cards = cards;
    const count = this.querySelector(".selection__count");
    count.textContent = fill(this.dataset.count, { n: cards.length });
    this.querySelector("[data-all]").disabled = all;
    this.#showStar(cards);
    const mayTrash = cards.some((card) => card.hasAttribute("data-may-trash"));
    const bin = this.querySelector("[data-act=delete]");
    if (bin) bin.disabled = cards.length > 0 && !mayTrash;
  };

  #showStar(cards) {
    const button = this.querySelector("[data-act=favourite]");
    if (!button) return;
    const all = cards.length > 0 && cards.every((card) => card.querySelector("favourite-button")?.liked);
    button.value = all ? "0" : "1";
    button.querySelector("[data-label]").textContent = all ? this.dataset.unstar : this.dataset.star;
    button.title = button.textContent.trim();
  }

  #onSubmit = (event) => {
    const { submitter, target } = event;
    const single = target.matches("form[data-act]");
    if (!single && target.id !== "selection") return;
    const cards = single ? [target.closest("[data-picture-id]")] : this.#cards;
    const act = single ? target.dataset.act : submitter?.dataset.act;
    const url = single ? target.action : submitter?.formAction;
    if (act === "export") this.#export(event, cards);
    else {
      event.preventDefault();
      this.#send(act, url, cards, submitter?.value);
    }
  };

  /** The answer is a file, so the form goes its own way; what cannot work is said before. */
  #export(event, cards) {
    const most = Number(this.getAttribute("max-export"));
    const { none, tooMany, preparing } = this.dataset;
    if (cards.length === 0 || cards.length > most) {
      event.preventDefault();
      const text = cards.length === 0 ? none : fill(tooMany, { most, n: cards.length });
      toast(this, { text, error: true });
    } else toast(this, { text: preparing });
    this.querySelector("details").open = false;
  }

  async #send(act, url, cards, value) {
    if (cards.length === 0) {
      toast(this, { text: this.dataset.none, error: true });
      return;
    }
    const fields = { ids: cards.map((card) => card.dataset.pictureId).join(" ") };
    if (act === "favourite") fields.liked = value;
    const answer = await post(url, fields);
    if (!answer.ok) toast(this, { text: answer.text || this.dataset.lost, error: true });
    else if (act === "favourite") this.#starred(answer, value === "1");
    else this.#removed(act, answer);
  }

  #starred({ text, ids }, liked) {
    for (const picture of ids) {
      document.dispatchEvent(new CustomEvent("favourite:changed", { detail: { picture, liked } }));
    }
    toast(this, { text });
    this.#end();
  }

  #removed(act, { text, ids }) {
    const cards = ids.map((id) => document.getElementById(`picture-${id}`)).filter(Boolean);
    for (const card of cards) card.remove();
    this.#end();
    const undo = { label: this.dataset.undo, run: () => this.#undo(ids, cards) };
    toast(this, act === "delete" ? { text, action: undo } : { text });
  }

  async #undo(ids, cards) {
    const answer = await post(this.dataset.restoreUrl, { ids: ids.join(" ") });
    toast(this, answer.ok ? answer : { text: answer.text || this.dataset.lost, error: true });
    if (!answer.ok) return;
    const room = document.querySelector("#gallery-grid");
    for (const card of cards) if (!document.getElementById(card.id)) adopt(room, card);
  }

  #end() {
    this.parentElement.dispatchEvent(new CustomEvent("selection:end"));
  }
}

customElements.define("selection-actions", SelectionActions);
