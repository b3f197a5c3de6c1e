import { isPlainClick } from "../../lib/plain-click.js";
import { toast } from "../../lib/toast.js";
import { makeRectangle } from "../../models/commands.js";
import { toEighths } from "../../models/geometry.js";
import { CanvasPart } from "./canvas-part.js";
import { readVersion } from "./read-version.js";

const TIMEOUT_MS = 20_000;

/**
 * Wraps the strip of versions. A click shows a version; results are fetched and added, and the first
 * of an edit is shown at once if nobody began anything new since it was asked for.
 */
class CanvasVersions extends CanvasPart {
  /** What was sent from this page, by edit. */
  #sent = new Map();
  #turn = Promise.resolve();

  connect() {
    const { shown } = this.studio;
    this.listen(this, "click", (event) => this.#click(event));
    this.listen(shown, "change", () => this.#mark());
    this.listen(this.studio, "edit:sent", ({ detail }) => this.#sent.set(detail.editId, detail));
    this.listen(document, "edit:settled", ({ detail, target }) => this.#queue(detail, target));
    this.#mark();
  }

  #click(event) {
    const item = event.target.closest("[data-picture-id]");
    if (!item || !isPlainClick(event)) return;
    event.preventDefault();
    this.#show(item);
  }

  #show(item) {
    item.removeAttribute("data-new");
    this.studio.shown.show(readVersion(item));
  }

  #mark() {
    const { id } = this.studio.shown.version;
    for (const item of this.querySelectorAll("[data-picture-id]")) {
      const link = item.querySelector("a");
      if (item.dataset.pictureId === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const strip = this.querySelector("ol");
    const item = this.studio.versionItem(id);
    strip.scrollTo({ left: item.offsetLeft - (strip.clientWidth - item.clientWidth) / 2 });
  }

  // One after the other: of areas that go on with each other, the next is only known by then.
  #queue(detail, card) {
    const show = () => this.#settled(detail, card);
    this.#turn = this.#turn.then(show, show);
  }

  async #settled({ editId, state, resultId }, card) {
    if (state !== "succeeded" || !resultId) return;
    const ids = card.dataset.resultIds?.split(" ") ?? [resultId];
    const items = [];
    for (const id of ids) items.push(this.studio.versionItem(id) ?? (await this.#fetch(id)));
    const [first, ...others] = items.filter((item) => item !== null);
    if (!first) return;
    for (const other of others) other.setAttribute("data-new", "");
    const sent = this.#sent.get(editId);
    if (sent && this.#isUndisturbed(sent)) this.#present(first, sent);
    else this.#offer(first);
  }

  async #fetch(id) {
    const url = new URL(location.pathname, location.href);
    url.searchParams.set("version", id);
    const headers = { "HX-Request": "true" };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const text = await fetch(url, { headers, redirect: "manual", signal })
      .then((response) => (response.ok ? response.text() : null))
      .catch(() => null);
    if (text === null) return null;
    const page = new DOMParser().parseFromString(text, "text/html");
    const known = this.studio.versionItem(id);
    if (known) return known;
    const item = document.importNode(page.querySelector("[data-picture-id]"), true);
    this.querySelector("ol").append(item);
    return item;
  }

  // Who paints already or looks at something else is left alone.
  #isUndisturbed({ versionId, revision }) {
    const { shown, mask } = this.studio;
    return shown.version.id === versionId && mask.revision === revision && mask.shape === null;
  }

  // The mask did its work and would hide the result; undo brings it back. Areas that were left out
  // stay for the next edit; those that were sent and wait for this one have cards that show them.
  #present(item, { only, next = [], prompt }) {
    // A reload shows the result again, not what it was made of.
    this.studio.moveTo(readVersion(item));
    this.#show(item);
    if (only) this.studio.mask.push(makeRectangle("subtract", ...only.map(toEighths)));
    else this.studio.mask.clear();
    this.studio.announce(this.dataset.shownText);
    if (next.length > 0) this.#follow(readVersion(item).id, next, prompt);
  }

  // The next area goes on with this version, so its result is shown as this one was.
  #follow(versionId, [editId, ...next], prompt) {
    const { revision } = this.studio.mask;
    const detail = { editId, versionId, revision, prompt, only: null, next };
    this.studio.dispatchEvent(new CustomEvent("edit:sent", { detail }));
  }

  #offer(item) {
    item.setAttribute("data-new", "");
    toast(this, { text: this.dataset.readyText });
  }
}

customElements.define("canvas-versions", CanvasVersions);
