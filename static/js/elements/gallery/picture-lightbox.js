import { pictureFacts } from "../../lib/picture-facts.js";
import { isPlainClick } from "../../lib/plain-click.js";
import { LightboxStage } from "./lightbox-stage.js";

const HOLD_MS = 350;
const CARDS = "#gallery-grid > .picture-card";
const MARGIN = 3;

/**
 * Shows the pictures of the gallery one by one, large, in a dialog. A click on a picture opens it;
 * the link it is goes to the version page for everybody without script. Addresses are data
 * attributes with PICTURE where the id goes; parts of the dialog are named by `data-role`.
 */
class PictureLightbox extends HTMLElement {
  #listeners = null;
  #stage = null;
  #facts = null;
  #index = 0;
  #pressedAt = 0;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    document.addEventListener("click", this.#onCard, { signal });
    this.#dialog.addEventListener("click", this.#onClick, { signal });
    this.#dialog.addEventListener("keydown", this.#onKey, { signal });
    this.#dialog.addEventListener("keyup", this.#onKeyUp, { signal });
    this.#dialog.addEventListener("close", this.#onClose, { signal });
    this.#stage ??= new LightboxStage(this.#part("stage"), (kind, id) => this.#url(kind, id));
    this.#stage.onSwipe = (step) => this.#step(step);
    this.#stage.onPress = (at) => this.#zoom(!this.#stage.isZoomed, at);
  }

  disconnectedCallback() {
    this.#listeners.abort();
  }

  #onCard = (event) => {
    const card = event.target.closest(`${CARDS} .card__picture`)?.closest(".picture-card");
    if (!card || event.defaultPrevented || !isPlainClick(event)) return;
    event.preventDefault();
    this.#dialog.showModal();
    this.#show(card);
  };

  #show(card) {
    this.#facts = pictureFacts(card);
    this.#index = this.#cards.indexOf(card);
    const { id, name, prompt, parentId, liked } = this.#facts;
    this.querySelector("#lightbox-name").textContent = name;
    this.querySelector("#lightbox-name").title = name;
    this.#part("prompt").textContent = prompt;
    this.#part("prompt").title = prompt;
    for (const role of ["version", "canvas", "download"]) {
      const link = this.#part(role);
      if (link) link.href = this.#url(role, id);
    }
    this.#star(id, liked);
    for (const role of ["compare", "label"]) this.#part(role).hidden = !parentId;
    this.#stage.show(this.#facts);
    this.#compare(false);
    this.#press("zoom", false);
    this.#preload();
    this.#showEnds();
  }

  #star(id, liked) {
    const star = this.querySelector("favourite-button");
    star.setAttribute("picture", id);
    star.querySelector("form").action = this.#url("favourite", id);
    star.liked = liked;
  }

  async #showEnds() {
    const { length } = this.#cards;
    if (this.#index >= length - MARGIN) await document.querySelector("more-pictures")?.more();
    this.#part("back").disabled = this.#index <= 0;
    this.#part("on").disabled = this.#index >= this.#cards.length - 1;
  }

  #preload() {
    for (const step of [1, -1]) {
      const card = this.#cards[this.#index + step];
      if (card) new Image().src = this.#url("preview", card.dataset.pictureId);
    }
  }

  /** From the card's place as it is now: others may have come or gone. */
  async #step(step) {
    const here = document.getElementById(`picture-${this.#facts.id}`);
    const index = here ? this.#cards.indexOf(here) : this.#index - (step > 0 ? 1 : 0);
    if (index + step >= this.#cards.length) await document.querySelector("more-pictures")?.more();
    this.#go(index + step);
  }

  #go(index) {
    const card = this.#cards[index];
    if (card) this.#show(card);
  }

  #zoom(isOn, at) {
    this.#stage.zoom(isOn, at);
    this.#press("zoom", isOn);
  }

  #compare(isBefore) {
    if (!this.#facts.parentId) return;
    this.#stage.compare(isBefore);
    this.#press("compare", isBefore);
    this.#part("label").textContent = isBefore ? this.dataset.before : this.dataset.after;
  }

  #onClick = ({ target }) => {
    const role = target.closest("[data-role]")?.dataset.role;
    if (role === "close" || target === this.#dialog) this.#dialog.close();
    else if (role === "back") this.#step(-1);
    else if (role === "on") this.#step(1);
    else if (role === "compare") this.#compare(!this.#isPressed("compare"));
    else if (role === "zoom") this.#zoom(!this.#stage.isZoomed);
  };

  #onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || event.key.startsWith("Arrow")) act();
  };

  #keys = {
    ArrowRight: () => this.#step(1),
    ArrowLeft: () => this.#step(-1),
    Home: () => this.#go(0),
    End: () => this.#go(this.#cards.length - 1),
    b: () => this.#pressB(),
    z: () => this.#zoom(!this.#stage.isZoomed),
    f: () => this.querySelector("favourite-button").toggle(),
    e: () => this.#part("canvas")?.click(),
    d: () => this.#part("download").click(),
    i: () => this.#part("version").click(),
  };

  #pressB() {
    this.#pressedAt = performance.now();
    this.#compare(!this.#isPressed("compare"));
  }

  /** Held, the key shows the other picture as long as it is down; pressed, until the next time. */
  #onKeyUp = ({ key }) => {
    const isHeld = performance.now() - this.#pressedAt > HOLD_MS;
    if (key.toLowerCase() === "b" && isHeld) this.#compare(!this.#isPressed("compare"));
  };

  #onClose = () => {
    this.#stage.clear();
    const card = document.getElementById(`picture-${this.#facts.id}`);
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector(".card__picture").focus({ preventScroll: true });
  };

  #url(kind, id) {
    return this.dataset[`${kind}Url`].replace("PICTURE", id);
  }

  #press(role, isOn) {
    this.#part(role).setAttribute("aria-pressed", String(isOn));
  }

  #isPressed(role) {
    return this.#part(role).getAttribute("aria-pressed") === "true";
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #cards() {
    return [...document.querySelectorAll(CARDS)];
  }
}

customElements.define("picture-lightbox", PictureLightbox);
