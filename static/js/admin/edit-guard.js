/* <edit-guard> inside a form: asks before unsaved text is left behind, and gives the form its keys:
   Ctrl+S saves and stays, Ctrl+Enter saves and previews. `unsaved` says that the page came back with errors.
   Where <autosave-form> keeps what is typed, it asks only for what could not be kept. */
class EditGuard extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.leaving = false;
    this.before = null;
    // Widgets fill their fields when the page is ready; what they make is not an edit
    addEventListener("load", () => setTimeout(() => { this.before = this.fields(); }, 0), { once: true });
    addEventListener("beforeunload", (event) => { if (this.isUnsaved()) event.preventDefault(); });
    addEventListener("pageshow", () => { this.leaving = false; });
    this.form.addEventListener("submit", () => { this.leaving = true; });
    document.addEventListener("keydown", (event) => this.press(event));
    if (this.hasAttribute("unsaved")) this.form.querySelector("#overtaken, [aria-invalid=true]")?.focus();
  }

  fields() {
    return JSON.stringify([...new FormData(this.form)].map(([name, value]) => [name, value.name ?? value]));
  }

  isUnsaved() {
    const keeper = this.form.querySelector("autosave-form");
    if (keeper) return keeper.isAtRisk;
    if (this.leaving) return false;
    return this.hasAttribute("unsaved") || (this.before !== null && this.before !== this.fields());
  }

  press(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    const button = key === "s" ? this.button("_continue") ?? this.button("_save") : key === "enter" ? this.button("_preview") : null;
    if (!button || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    button.click();
  }

  button(name) {
    return this.form.querySelector(`button[name="${name}"], input[type="submit"][name="${name}"]`);
  }
}

customElements.define("edit-guard", EditGuard);
