const SUN = '<circle cx="10" cy="10" r="3.5"/><path d="M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M16 4l-1.4 1.4M5.4 14.6 4 16"/>';
const MOON = '<path d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z"/>';

/** A button that changes between light and dark. Choosing what the system says forgets the choice. */
class ThemeSwitch extends HTMLElement {
  #dark = matchMedia("(prefers-color-scheme: dark)");

  connectedCallback() {
    this.innerHTML = '<button type="button"><svg class="icon" viewBox="0 0 20 20" aria-hidden="true"></svg></button>';
    this.querySelector("button").addEventListener("click", () => this.#choose(this.#other()));
    this.#dark.addEventListener("change", () => this.#show());
    this.#show();
  }

  #system() { return this.#dark.matches ? "dark" : "light"; }

  #other() { return (document.documentElement.dataset.theme ?? this.#system()) === "dark" ? "light" : "dark"; }

  #choose(theme) {
    const chosen = theme === this.#system() ? null : theme;
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    try {
      if (chosen) localStorage.setItem("theme", chosen);
      else localStorage.removeItem("theme");
    } catch {
      // Storage is forbidden here: the choice holds for this page.
    }
    this.#show();
  }

  #show() {
    const other = this.#other();
    this.querySelector("svg").innerHTML = other === "dark" ? MOON : SUN;
    this.querySelector("button").ariaLabel = other === "dark" ? "Dark colours" : "Light colours";
    const page = getComputedStyle(document.body).backgroundColor;
    document.querySelectorAll('meta[name="theme-color"]').forEach((meta) => { meta.content = page; });
  }
}

customElements.define("theme-switch", ThemeSwitch);
