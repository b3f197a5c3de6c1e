/** What is inside is shown once: a reload leads to `data-then`, and does not send the form again. */
class ShownOnce extends HTMLElement {
  connectedCallback() {
    history.replaceState(null, "", this.dataset.then);
  }
}

customElements.define("shown-once", ShownOnce);
