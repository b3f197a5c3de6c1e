/** Brings the current link of a row wider than the window into sight. */
class ScrollToCurrent extends HTMLElement {
  connectedCallback() {
    const current = this.querySelector("[aria-current]");
    const row = current?.parentElement;
    row?.scrollTo({ left: current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2 });
  }
}

customElements.define("scroll-to-current", ScrollToCurrent);
