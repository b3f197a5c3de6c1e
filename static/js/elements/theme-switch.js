const THEMES = ["auto", "light", "dark"];
const STORAGE_KEY = "theme";

/** A button that goes from the system's theme to light to dark; js/theme.js applies it at load. */
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.#button.addEventListener("click", this.#next);
    this.#show(document.documentElement.dataset.theme ?? "auto");
  }

  disconnectedCallback() {
    this.#button.removeEventListener("click", this.#next);
  }

  #next = () => {
    const theme = THEMES[(THEMES.indexOf(this.dataset.theme) + 1) % THEMES.length];
    this.#apply(theme);
    this.#remember(theme);
    this.#show(theme);
  };

  #apply(theme) {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  #remember(theme) {
    try {
      localStorage.setItem(STORAGE_KEY, theme);
    } catch {
      // Storage is forbidden: the choice lasts as long as the page.
    }
  }

  #show(theme) {
    this.dataset.theme = theme;
    this.#button.setAttribute("aria-label", this.dataset[theme]);
    this.#button.title = this.dataset[theme];
    for (const icon of this.querySelectorAll("[data-shows]")) {
      icon.hidden = icon.dataset.shows !== theme;
    }
  }

  get #button() {
    return this.querySelector("button");
  }
}

customElements.define("theme-switch", ThemeSwitch);
