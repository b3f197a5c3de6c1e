import { Further } from "../../models/further.js";
import { CanvasPart } from "./canvas-part.js";

/**
 * Further pictures of the edit as small tiles in their order: one that is pressed can be moved or
 * taken away, by the buttons below, or with Alt and an arrow, or Delete. `further` is the list;
 * the picker fills it. There while the engine takes several pictures, or too many are chosen.
 */
class CanvasInputs extends CanvasPart {
  #picked = "";
  further = new Further();

  connect() {
    this.form = this.closest("form");
    this.list = this.querySelector("[data-list]");
    this.acts = this.querySelector("[data-acts]");
    this.listen(this.form, "engine", ({ detail }) => this.#limit(detail.most));
    this.listen(this.further, "change", () => this.#changed());
    this.listen(this, "click", ({ target }) => this.#click(target.closest("button")));
    this.listen(this.list, "keydown", (event) => this.#key(event));
  }

  #limit(most) {
    this.further.most = most - 1;
    this.#show();
  }

  #changed() {
    this.#draw();
    this.#show();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #show() {
    const { pictures, most } = this.further;
    const isProvider = this.form.hasAttribute("data-provider");
    this.hidden = !isProvider || (most < 1 && pictures.length === 0);
    // What is not shown is not sent either.
    for (const input of this.list.querySelectorAll("input")) input.disabled = this.hidden;
  }

  #draw() {
    const { pictures } = this.further;
    const focused = this.list.contains(document.activeElement);
    if (!this.further.number(this.#picked)) this.#picked = "";
    this.list.replaceChildren(...pictures.map((picture) => this.#tile(picture)));
    this.list.hidden = pictures.length === 0;
    this.#mark();
    if (focused) (this.#button(this.#picked) ?? this.querySelector("[data-add]")).focus();
  }

  #tile({ id, name, thumb }) {
    const tile = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const number = this.further.number(id);
    const button = tile.querySelector("button");
    button.dataset.picture = id;
    button.title = name;
    button.setAttribute("aria-label", this.#words("label", name, number));
    tile.querySelector("img").src = thumb;
    tile.querySelector(".further__number").textContent = number;
    tile.querySelector("input").value = id;
    return tile;
  }

  #button(id) {
    return this.list.querySelector(`[data-picture="${CSS.escape(id)}"]`);
  }

  #mark() {
    for (const button of this.list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.picture === this.#picked));
    }
    const place = this.further.number(this.#picked) - 2;
    this.acts.hidden = place < 0;
    if (place < 0) return;
    this.acts.querySelector("[data-name]").textContent = this.further.pictures[place].name;
    this.#enable("-1", place > 0);
    this.#enable("1", place < this.further.pictures.length - 1);
  }

  // One that has the focus keeps it, so it is not disabled for good.
  #enable(step, on) {
    const button = this.acts.querySelector(`[data-move="${step}"]`);
    button.setAttribute("aria-disabled", String(!on));
  }

  #click(button) {
    if (!button) return;
    const { picture, move } = button.dataset;
    if ("add" in button.dataset) this.closest("canvas-form").querySelector("input-picker").open(this.further);
    else if (picture) this.#pick(picture);
    else if (move) this.#move(Number(move));
    else if ("remove" in button.dataset) this.#remove();
  }

  #pick(id) {
    this.#picked = this.#picked === id ? "" : id;
    this.#mark();
  }

  #move(step) {
    const { name } = this.further.pictures[this.further.number(this.#picked) - 2];
    if (!this.further.move(this.#picked, step)) return;
    this.studio.announce(this.#words("moved", name, this.further.number(this.#picked)));
  }

  #remove() {
    const place = this.further.number(this.#picked) - 2;
    const { name } = this.further.pictures[place];
    const next = this.further.pictures[place + 1] ?? this.further.pictures[place - 1];
    const gone = this.#picked;
    this.#picked = next?.id ?? "";
    this.further.remove(gone);
    (this.#button(this.#picked) ?? this.querySelector("[data-add]")).focus();
    this.studio.announce(this.#words("removed", name, ""));
  }

  #key(event) {
    const { picture } = event.target.dataset;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const removes = event.key === "Delete" || event.key === "Backspace";
    if (!picture || !(removes || (event.altKey && step))) return;
    event.preventDefault();
    event.stopPropagation();
    this.#picked = picture;
    if (removes) this.#remove();
    else this.#move(step);
  }

  #words(which, name, number) {
    return this.dataset[`${which}Text`].replace("{name}", name).replace("{number}", number);
  }
}

customElements.define("canvas-inputs", CanvasInputs);
