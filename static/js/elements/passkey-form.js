import { creationOptions, credentialToJson, requestOptions } from "../lib/passkeys.js";

const CEREMONIES = {
  create: (options) => navigator.credentials.create(creationOptions(options)),
  get: (options) => navigator.credentials.get(requestOptions(options)),
};

/** A form that is sent once the browser has made or used a passkey; hidden where there are none. */
class PasskeyForm extends HTMLElement {
  connectedCallback() {
    this.hidden = !window.PublicKeyCredential;
    this.addEventListener("submit", this.#onSubmit);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#onSubmit);
  }

  #onSubmit = async (event) => {
    event.preventDefault();
    const form = event.target;
    this.#say("");
    this.#button.disabled = true;
    try {
      const credential = await CEREMONIES[this.dataset.ceremony](await this.#options(form));
      form.elements.credential.value = JSON.stringify(credentialToJson(credential));
      form.submit();
    } catch (error) {
      this.#button.disabled = false;
      this.#say(this.#reason(error));
    }
  };

  async #options(form) {
    const url = form.dataset.optionsUrl;
    if (!url) return JSON.parse(document.getElementById("passkey-options").textContent);
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()).request_options;
  }

  #reason({ name }) {
    if (name === "NotAllowedError" || name === "AbortError") return this.dataset.cancelled;
    if (name === "InvalidStateError") return this.dataset.known;
    return this.dataset.failed;
  }

  #say(text) {
    const problem = this.querySelector("[data-problem]");
    problem.textContent = text;
    problem.hidden = !text;
  }

  get #button() {
    return this.querySelector("button");
  }
}

customElements.define("passkey-form", PasskeyForm);
