import { post } from "../lib/post.js";
import { toast } from "../lib/toast.js";

/**
 * A star around a form that also works by itself. It turns at once, and back if the server does
 * not agree. Every star of the same `picture` on the page turns with it, by `favourite:changed`
 * with { picture, liked }. `data-failed`: what is said when it could not be saved.
 */
class FavouriteButton extends HTMLElement {
  /** What was said before arrives before: two quick clicks end as the last one meant. */
  #last = Promise.resolve();

  connectedCallback() {
    this.addEventListener("submit", this.#onSubmit);
    document.addEventListener("favourite:changed", this.#onChange);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#onSubmit);
    document.removeEventListener("favourite:changed", this.#onChange);
  }

  get liked() {
    return this.#button.getAttribute("aria-pressed") === "true";
  }

  set liked(liked) {
    this.#button.setAttribute("aria-pressed", String(liked));
    this.#button.value = liked ? "0" : "1";
  }

  /** Turn the star as a click does. */
  toggle() {
    this.querySelector("form").requestSubmit(this.#button);
  }

  #onSubmit = (event) => {
    event.preventDefault();
    const url = event.target.action;
    const picture = this.getAttribute("picture");
    const liked = !this.liked;
    this.#tell(picture, liked);
    this.#last = this.#last.then(() => this.#save(url, picture, liked));
  };

  async #save(url, picture, liked) {
    const { ok } = await post(url, { liked: liked ? "1" : "0" });
    if (ok) return;
    if (this.liked === liked) this.#tell(picture, !liked);
    toast(this, { text: this.dataset.failed, error: true });
  }

  #tell(picture, liked) {
    document.dispatchEvent(new CustomEvent("favourite:changed", { detail: { picture, liked } }));
  }

  #onChange = ({ detail }) => {
    if (detail.picture === this.getAttribute("picture")) this.liked = detail.liked;
  };

  get #button() {
    return this.querySelector("button");
  }
}

customElements.define("favourite-button", FavouriteButton);
