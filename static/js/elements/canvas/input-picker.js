import { csrfToken } from "../../lib/csrf.js";
import { ElementPart } from "../../lib/element-part.js";
import { sendFile } from "../../lib/send-file.js";
import { gridStep } from "../../models/grid.js";

const CALM_MILLISECONDS = 250;

/**
 * A dialog with the project's pictures, found at `data-url`: pressing one puts it into the list of
 * further pictures or takes it out, arrow keys go from one to the next; new ones are sent to
 * `data-upload-url` and chosen at once.
 */
class InputPicker extends ElementPart {
  #further = null;
  #asking = null;
  #timer = 0;

  connect(signal) {
    this.dialog = this.querySelector("dialog");
    this.list = this.querySelector("[data-list]");
    this.search = this.querySelector("[type=search]");
    this.listen(this.search, "input", () => this.#searched());
    this.listen(this.search, "keydown", (event) => {
      if (event.key === "ArrowDown") this.#focus(event, 0);
    });
    this.listen(this.list, "keydown", (event) => this.#walk(event));
    this.listen(this.list, "click", ({ target }) => this.#click(target.closest("button")));
    this.listen(this.querySelector("[type=file]"), "change", ({ target }) => this.#upload(target));
    this.listen(this.dialog, "click", ({ target }) => {
      if (target === this.dialog) this.dialog.close();
    });
    signal.addEventListener("abort", () => this.#asking?.abort());
  }

  /** @param {import("../../models/further.js").Further} further is filled */
  open(further) {
    this.#further = further;
    this.#say("");
    this.dialog.showModal();
    // A finger is here to choose: the keyboard of a phone would hide half of the pictures.
    if (matchMedia("(pointer: coarse)").matches) this.list.focus();
    else this.search.focus();
    this.#load();
  }

  #searched() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(), CALM_MILLISECONDS);
  }

  #load() {
    const words = this.search.value.trim();
    return this.#fetch(words ? `?q=${encodeURIComponent(words)}` : "", (page) => {
      this.list.replaceChildren(...page.body.childNodes);
      this.list.scrollTop = 0;
    });
  }

  #more(button) {
    return this.#fetch(button.dataset.more, (page) => {
      const items = page.querySelector("[data-items]");
      this.list.querySelector("[data-items]").append(...items.children);
      const next = page.querySelector("[data-more]");
      if (next) button.replaceWith(next);
      else button.remove();
    });
  }

  async #fetch(query, use) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const options = { headers: { "HX-Request": "true" }, redirect: "manual", signal };
    const text = await fetch(this.dataset.url + query, options)
      .then((response) => (response.ok ? response.text() : null))
      .catch(() => null);
    if (signal.aborted) return;
    if (text === null) this.#say(this.dataset.lostText);
    else use(new DOMParser().parseFromString(text, "text/html"));
    this.#mark();
  }

  get #items() {
    return [...this.list.querySelectorAll("[data-id]:not(:disabled)")];
  }

  #walk(event) {
    const items = this.#items;
    const from = items.indexOf(event.target.closest("[data-id]"));
    if (from < 0) return;
    const columns = items.filter(({ offsetTop }) => offsetTop === items[0].offsetTop).length;
    this.#focus(event, gridStep(event.key, from, items.length, columns));
  }

  #focus(event, place) {
    const item = this.#items[place];
    if (!item) return;
    event.preventDefault();
    item.focus();
  }

  #click(button) {
    if (!button) return;
    if (button.dataset.more) this.#more(button);
    else if (button.dataset.id) this.#toggle(button);
  }

  #toggle({ dataset: { id, name, thumb } }) {
    if (this.#further.number(id)) this.#further.remove(id);
    else if (id !== this.#edited) this.#add({ id, name, thumb });
    this.#mark();
  }

  #add(picture) {
    const fits = this.#further.add(picture);
    this.#say(fits ? "" : this.dataset.fullText.replace("{most}", this.#further.most));
    return fits;
  }

  get #edited() {
    return this.closest("canvas-studio").shown.version.id;
  }

  #mark() {
    for (const button of this.list.querySelectorAll("[data-id]")) {
      const number = this.#further.number(button.dataset.id);
      button.setAttribute("aria-pressed", String(number > 0));
      button.querySelector("[data-number]").textContent = number || "";
      button.disabled = button.dataset.id === this.#edited;
    }
    const { pictures, most } = this.#further;
    const count = this.dataset.countText.replace("{count}", pictures.length);
    this.querySelector("[data-count]").textContent = count.replace("{most}", most);
  }

  async #upload(input) {
    const files = [...input.files];
    input.value = "";
    for (const file of files) await this.#send(file);
    if (files.length) await this.#load();
  }

  async #send(file) {
    const told = (which) => this.#say(this.dataset[which].replace("{name}", file.name));
    if (file.size > Number(this.dataset.maxBytes)) {
      told("tooLargeText");
      return;
    }
    told("sendingText");
    const order = { url: this.dataset.uploadUrl, file, token: csrfToken(), onProgress() {} };
    const answer = await sendFile(order).catch(() => null);
    if (answer === null) told("lostText");
    else this.#receive(answer, told);
  }

  #receive({ text }, told) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const card = page.querySelector("[data-picture-id]");
    if (!card) {
      this.#say(page.body.textContent.trim());
      return;
    }
    const thumb = card.querySelector("img").getAttribute("src");
    const picture = { id: card.dataset.pictureId, name: card.dataset.name ?? "", thumb };
    if (this.#add(picture)) told("addedText");
  }

  #say(text) {
    this.querySelector("[data-status]").textContent = text;
  }
}

customElements.define("input-picker", InputPicker);
