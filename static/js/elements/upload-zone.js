import { csrfToken } from "../lib/csrf.js";
import { adopt } from "../lib/edit-cards.js";
import { Queue } from "../lib/queue.js";
import { sendFile } from "../lib/send-file.js";
import { isElsewhere, mayPassLater } from "../lib/upload-answer.js";
import { UploadRow } from "../lib/upload-row.js";

const AT_ONCE = 2;
const DONE_SHOWN_MS = 4000;
const POINTED_AT_MS = 2500;
const REFUSED = 400;

/**
 * Takes files by choosing, dropping anywhere on the page or pasting, and sends each by itself: its
 * own bar, its own message, its own retry. Attributes: `url`, `max-bytes`, `into` (selector of the
 * room for new picture cards). Texts are in data attributes, the row is in the template inside.
 */
class UploadZone extends HTMLElement {
  #queue = new Queue(AT_ONCE, () => this.#guard());
  #listeners = null;
  #isOwnDrag = false;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.querySelector("input").addEventListener("change", this.#onChoice, { signal });
    document.addEventListener("paste", this.#onPaste, { signal });
    document.addEventListener("dragstart", () => this.#own(true), { signal });
    document.addEventListener("dragend", () => this.#own(false), { signal });
    document.addEventListener("dragover", this.#onDragOver, { signal });
    document.addEventListener("dragleave", this.#onDragLeave, { signal });
    document.addEventListener("drop", this.#onDrop, { signal });
  }

  disconnectedCallback() {
    this.#listeners.abort();
  }

  #onChoice = ({ target }) => {
    this.#take(target.files);
    target.value = "";
  };

  #onPaste = (event) => {
    const { files, types } = event.clipboardData;
    const isText = types.includes("text/plain") && event.target.matches("input, textarea");
    if (files.length === 0 || isText) return;
    event.preventDefault();
    this.#take(files);
  };

  #onDragOver = (event) => {
    if (this.#isOwnDrag || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.#veil.hidden = false;
  };

  #onDragLeave = (event) => {
    if (event.relatedTarget === null) this.#veil.hidden = true;
  };

  #onDrop = (event) => {
    this.#veil.hidden = true;
    const { files, items } = event.dataTransfer;
    if (this.#isOwnDrag || files.length === 0) return;
    event.preventDefault();
    const entries = [...items].filter(({ kind }) => kind === "file").map(entryOf);
    this.#take(files, entries);
  };

  // A picture of the page that is dragged counts as a file, but it is here already.
  #own(isOwn) {
    this.#isOwnDrag = isOwn;
  }

  // Asked only while something would be lost: a page that always asks is not kept by the browser,
  // and coming back to it would be slow.
  #guard() {
    if (this.#queue.size > 0) window.addEventListener("beforeunload", this.#onLeave);
    else window.removeEventListener("beforeunload", this.#onLeave);
  }

  #onLeave = (event) => event.preventDefault();

  #take(files, entries = []) {
    const rows = [...files].map((file, index) => this.#row(file, entries[index]?.isDirectory));
    this.#list.hidden = false;
    // Where they are seen, however many older ones were left.
    this.#list.prepend(...rows.map((row) => row.element));
    this.#list.scrollTop = 0;
  }

  #row(file, isFolder) {
    const row = new UploadRow(this.querySelector("template"), this.dataset, file.name);
    row.onRetry = () => this.#enqueue(file, row);
    row.onDismiss = () => this.#drop(row);
    if (isFolder) row.refuse(this.dataset.folder);
    else this.#enqueue(file, row);
    return row;
  }

  #enqueue(file, row) {
    if (file.size > Number(this.getAttribute("max-bytes"))) row.refuse(this.dataset.tooLarge);
    else {
      row.wait();
      this.#queue.add(() => this.#send(file, row));
    }
  }

  async #send(file, row) {
    const onProgress = (percent) => row.progress(percent);
    const order = { url: this.getAttribute("url"), file, token: csrfToken(), onProgress };
    try {
      this.#receive(await sendFile(order), row);
    } catch {
      row.fail(this.dataset.lost);
    }
  }

  #receive({ status, url, text, isHtml }, row) {
    const page = new DOMParser().parseFromString(isHtml ? text : "", "text/html");
    const notes = page.querySelector("[data-upload-notes]");
    const card = page.querySelector("[data-picture-id]");
    if (notes && status < REFUSED) this.#show(card, notes, row);
    else if (isElsewhere(url, this.getAttribute("url"), location.href)) {
      row.fail(this.dataset.signedOut);
    } else {
      const words = isHtml ? row.text("broken", { status }) : text.trim();
      this.#explain(notes?.textContent.trim() ?? words, status, row);
    }
  }

  #explain(message, status, row) {
    if (mayPassLater(status)) row.fail(message);
    else row.refuse(message);
  }

  #show(card, notes, row) {
    const known = card && document.getElementById(card.id);
    if (known) this.#pointAt(known);
    else if (card) adopt(document.querySelector(this.getAttribute("into")), card);
    // Counted before the row takes them; what is to be read stays until it is dismissed.
    const notices = notes.querySelectorAll(":scope > :not([data-known])").length;
    row.succeed(notes);
    if (notices === 0) setTimeout(() => this.#drop(row), DONE_SHOWN_MS);
  }

  #pointAt(card) {
    card.classList.add("is-pointed-at");
    setTimeout(() => card.classList.remove("is-pointed-at"), POINTED_AT_MS);
  }

  #drop(row) {
    row.element.remove();
    this.#list.hidden = this.#list.children.length === 0;
  }

  get #list() {
    return this.querySelector(".uploads");
  }

  get #veil() {
    return this.querySelector(".drop-veil");
  }
}

function entryOf(item) {
  return item.webkitGetAsEntry?.();
}

customElements.define("upload-zone", UploadZone);
