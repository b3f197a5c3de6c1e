import { isPlainClick } from "../../lib/plain-click.js";
import { rangeOf } from "../../lib/range.js";

/**
 * Wraps the cards and the bar of what can be done with them. While `data-selecting` is set, a
 * click on a card ticks it, with Shift all cards up to it; Ctrl+A ticks all that are loaded,
 * Escape ends. Sends `selection:change` with { boxes, cards } whenever the ticked ones change.
 */
class PictureSelection extends HTMLElement {
  #last = null;
  #observer = new MutationObserver(() => this.#tell());

  connectedCallback() {
    document.addEventListener("click", this.#onSwitch);
    document.addEventListener("keydown", this.#onKey);
    this.addEventListener("click", this.#onClick, { capture: true });
    this.addEventListener("change", this.#tell);
    this.addEventListener("selection:end", this.#end);
    this.#observer.observe(this.querySelector("#gallery-grid"), { childList: true });
    if (this.#isOn) this.#tell();
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#onSwitch);
    document.removeEventListener("keydown", this.#onKey);
    this.#observer.disconnect();
  }

  #onSwitch = (event) => {
    const link = event.target.closest("[data-select]");
    if (!link || !isPlainClick(event)) return;
    event.preventDefault();
    if (this.#isOn) this.#end();
    else this.#begin();
  };

  #begin() {
    this.toggleAttribute("data-selecting", true);
    this.#switch?.setAttribute("aria-pressed", "true");
    this.querySelector("selection-actions").hidden = false;
    this.#tell();
  }

  #end = () => {
    if (!this.#isOn) return;
    const wasInside = this.contains(document.activeElement);
    for (const box of this.#boxes) box.checked = false;
    this.removeAttribute("data-selecting");
    this.#switch?.setAttribute("aria-pressed", "false");
    this.querySelector("selection-actions").hidden = true;
    this.#last = null;
    if (wasInside) this.#switch?.focus();
  };

  #onClick = (event) => {
    if (event.target.closest("[data-end]")) {
      event.preventDefault();
      this.#end();
    } else if (event.target.closest("[data-all]")) this.#tickAll();
    else if (this.#isOn) this.#onCard(event);
  };

  #onCard(event) {
    const card = event.target.closest("[data-picture-id]");
    const box = card?.querySelector(".card__check input");
    if (!box) return;
    const isBox = event.target.closest(".card__check");
    if (!isBox && !event.target.closest(".card__picture")) return;
    if (!isBox) {
      event.preventDefault();
      event.stopPropagation();
      box.checked = !box.checked;
    } else if (event.target !== box) return; // the label sends a second click to its box
    if (event.shiftKey) this.#tickRange(box);
    this.#last = box;
    this.#tell();
  }

  #tickRange(box) {
    for (const each of rangeOf(this.#boxes, this.#last, box)) each.checked = box.checked;
  }

  #tickAll() {
    for (const box of this.#boxes) box.checked = true;
    this.#tell();
  }

  #onKey = (event) => {
    if (!this.#isOn || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && !event.defaultPrevented) this.#end();
    const isAll = event.key === "a" && (event.ctrlKey || event.metaKey);
    if (!isAll || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    event.preventDefault();
    this.#tickAll();
  };

  #tell = () => {
    if (!this.#isOn) return;
    const boxes = this.#boxes.filter((box) => box.checked);
    const cards = boxes.map((box) => box.closest("[data-picture-id]"));
    const all = boxes.length === this.#boxes.length;
    this.dispatchEvent(new CustomEvent("selection:change", { detail: { boxes, cards, all } }));
  };

  get #isOn() {
    return this.hasAttribute("data-selecting");
  }

  get #boxes() {
    return [...this.querySelectorAll(".card__check input")];
  }

  get #switch() {
    return document.querySelector("[data-select]");
  }
}

customElements.define("picture-selection", PictureSelection);
