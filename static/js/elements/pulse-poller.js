import { applyNews, editCards, isSettled } from "../lib/edit-cards.js";
import { nextDelay } from "../lib/poll-schedule.js";

const TIMEOUT_MS = 20_000;
const SHUT_OUT = new Set([401, 403, 404]);

/**
 * The page's one question to the server: has anything changed? Attributes: `url`, `since` (cursor),
 * `open` (edits under way in the project), `into` (selector of the room for edits the page does not
 * know yet; optional). Its children are notes: `data-note="lost"` is shown while the server cannot
 * be reached, `data-note="out"` once the member is signed out or shut out; a reload would lose what
 * is painted but not sent, so it is left to the member; `data-note="cut"` once more changed than
 * one answer tells.
 *
 * It runs while something is under way; with `watch` it also asks now and then, while somebody
 * looks, what others did. A card that comes to its end sends `edit:settled` with
 * { editId, state, resultId }.
 */
class PulsePoller extends HTMLElement {
  #timer = 0;
  #failures = 0;
  #changedAt = 0;
  #asking = null;
  #isShutOut = false;
  #states = new Map();
  #observer = new MutationObserver(() => this.#review());

  connectedCallback() {
    this.#changedAt = performance.now();
    for (const card of editCards()) this.#states.set(card.dataset.editId, card.dataset.state);
    this.#observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("visibilitychange", this.#soon);
    window.addEventListener("online", this.#soon);
    // A page that the browser kept and shows again may have missed a lot.
    window.addEventListener("pageshow", this.#onShow);
    this.#plan();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    document.removeEventListener("visibilitychange", this.#soon);
    window.removeEventListener("online", this.#soon);
    window.removeEventListener("pageshow", this.#onShow);
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #onShow = ({ persisted }) => {
    if (persisted) this.#soon();
  };

  #soon = () => {
    if (document.hidden || !this.#asks()) return;
    this.#changedAt = performance.now();
    this.#plan(0);
  };

  #asks() {
    if (this.#isShutOut) return false;
    return this.#isBusy() || (this.hasAttribute("watch") && !document.hidden);
  }

  #isBusy() {
    const running = [...this.#states.values()].some((state) => !isSettled(state));
    return running || Number(this.getAttribute("open")) > 0 || this.#failures > 0;
  }

  #plan(delay) {
    clearTimeout(this.#timer);
    if (this.#asking || !this.#asks()) return;
    const quietMs = performance.now() - this.#changedAt;
    const idle = !this.#isBusy();
    const schedule = { quietMs, failures: this.#failures, hidden: document.hidden, idle };
    this.#timer = setTimeout(() => this.#ask(), delay ?? nextDelay(schedule));
  }

  async #ask() {
    this.#asking = new AbortController();
    const limit = setTimeout(() => this.#asking.abort(), TIMEOUT_MS);
    try {
      await this.#take(await fetch(this.#address(), this.#options()));
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
    clearTimeout(limit);
    this.#asking = null;
    this.#note("lost", this.#failures > 0);
    if (this.isConnected) this.#plan();
  }

  #address() {
    const address = new URL(this.getAttribute("url"), location.href);
    address.searchParams.set("since", this.getAttribute("since"));
    return address;
  }

  #options() {
    return { headers: { "HX-Request": "true" }, redirect: "manual", signal: this.#asking.signal };
  }

  async #take(response) {
    if (response.type === "opaqueredirect" || SHUT_OUT.has(response.status)) {
      this.#isShutOut = true;
      this.#note("out", true);
      return;
    }
    if (response.status === 204) return;
    if (!response.ok) throw new Error(`pulse: ${response.status}`);
    this.#apply(await response.text());
    this.setAttribute("since", response.headers.get("X-Pulse"));
    this.setAttribute("open", response.headers.get("X-Pulse-Open"));
    if (response.headers.has("X-Pulse-Cut")) this.#note("cut", true);
  }

  #apply(html) {
    this.#changedAt = performance.now();
    const room = document.querySelector(this.getAttribute("into") ?? ":not(*)");
    applyNews(new DOMParser().parseFromString(html, "text/html"), room);
    this.#review();
  }

  /** Notice cards that appeared, came to an end or set out anew, whoever put them there. */
  #review() {
    let isNews = false;
    // The newest stand first, but what ended first is told first.
    for (const card of editCards().reverse()) {
      const { editId, state, resultId } = card.dataset;
      const before = this.#states.get(editId);
      this.#states.set(editId, state);
      if (before === state) continue;
      isNews ||= before === undefined || (isSettled(before) && !isSettled(state));
      if (isSettled(state)) this.#settle(card, { editId, state, resultId });
    }
    if (isNews) this.#soon();
  }

  #note(name, isShown) {
    this.querySelector(`[data-note="${name}"]`).hidden = !isShown;
  }

  #settle(card, detail) {
    card.dispatchEvent(new CustomEvent("edit:settled", { bubbles: true, detail }));
  }
}

customElements.define("pulse-poller", PulsePoller);
