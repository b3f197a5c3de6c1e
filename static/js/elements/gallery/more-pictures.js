import { adopt } from "../../lib/edit-cards.js";
import { isPlainClick } from "../../lib/plain-click.js";

const AHEAD = "1600px 0px";
const MOST_PAGES_BACK = 20;
const KEY = "gallery";

/**
 * Wraps the link to the next page: its cards are appended before the member comes to the end. The
 * link stays a link for everybody without script, and is the way to try again after a failure.
 * Coming back to the page without the browser's own memory of it, as many pages are loaded as
 * there were and the same card is put back in its place. Texts: `data-loading`, `data-failed`.
 */
class MorePictures extends HTMLElement {
  #loading = null;
  #pages = 0;
  #observer = new IntersectionObserver((entries) => this.#onSight(entries), { rootMargin: AHEAD });

  connectedCallback() {
    this.addEventListener("click", this.#onClick);
    window.addEventListener("pagehide", this.#remember);
    this.#observer.observe(this);
    this.#returnTo(history.state?.[KEY]);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#onClick);
    window.removeEventListener("pagehide", this.#remember);
    this.#observer.disconnect();
  }

  /** Load the next page. @returns {Promise<boolean>} whether there was one and it came */
  more() {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  #onSight([entry]) {
    if (entry.isIntersecting) this.more();
  }

  #onClick = async (event) => {
    if (!event.target.closest("a[rel=next]") || !isPlainClick(event)) return;
    event.preventDefault();
    const last = this.#room.lastElementChild;
    // The link goes with its page: who pressed it goes on at the first of what came.
    if (await this.more()) last?.nextElementSibling?.querySelector("a")?.focus();
  };

  async #load() {
    const link = this.querySelector("a[rel=next]");
    if (!link) return false;
    this.#say(this.dataset.loading);
    const options = { headers: { "HX-Request": "true" }, redirect: "manual" };
    const response = await fetch(link.href, options).catch(() => null);
    if (!response?.ok) {
      this.#say(this.dataset.failed);
      return false;
    }
    this.#take(new DOMParser().parseFromString(await response.text(), "text/html"), link);
    return true;
  }

  #take(page, link) {
    for (const card of page.querySelectorAll("[data-cards] > *")) {
      // What came in by itself meanwhile is there already.
      if (!document.getElementById(card.id)) adopt(this.#room, card, "append");
    }
    const next = page.querySelector("a[rel=next]");
    if (next) link.href = next.getAttribute("href");
    else link.remove();
    this.#pages += 1;
    this.#say("");
    // A sight that stays in sight is not told again.
    this.#observer.unobserve(this);
    this.#observer.observe(this);
  }

  #remember = () => {
    const cards = [...this.#room.children];
    const card = cards.find((each) => each.getBoundingClientRect().bottom > 0);
    const seen = card && { pages: this.#pages, card: card.id, top: card.getBoundingClientRect().top };
    history.replaceState({ ...history.state, [KEY]: seen }, "");
  };

  async #returnTo(seen) {
    const [navigation] = performance.getEntriesByType("navigation");
    if (!seen?.pages || navigation?.type === "navigate") return;
    history.scrollRestoration = "manual";
    while (this.#pages < Math.min(seen.pages, MOST_PAGES_BACK) && (await this.more()));
    const card = document.getElementById(seen.card);
    if (card) window.scrollBy(0, card.getBoundingClientRect().top - seen.top);
    history.scrollRestoration = "auto";
  }

  #say(text) {
    this.querySelector("[role=status]").textContent = text;
  }

  get #room() {
    return document.querySelector("#gallery-grid");
  }
}

customElements.define("more-pictures", MorePictures);
