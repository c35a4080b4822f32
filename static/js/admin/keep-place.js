/* <keep-place> inside a form: whoever saves and stays goes on writing where they were, and sees there that it is saved.
   `changed` says that the page has something else to show first. */
const KEY = "desk-place";
const FRESH = 30000; // ms

class KeepPlace extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form.addEventListener("focusin", ({ target }) => { if (target.matches("input[name], textarea, select")) this.field = target; });
    this.form.addEventListener("submit", ({ submitter }) => this.remember(submitter?.name));
    this.form.addEventListener("typed", () => this.replaceChildren());
    // Widgets and the preview change the page's height until then
    if (document.readyState === "complete") this.goBack();
    else addEventListener("load", () => setTimeout(() => this.goBack(), 0), { once: true });
  }

  remember(button) {
    if (!this.field || !["_continue", "_preview"].includes(button)) return;
    const { name, selectionStart: from, selectionEnd: to, scrollTop: inside } = this.field;
    const top = this.field.getBoundingClientRect().top;
    sessionStorage.setItem(KEY, JSON.stringify({ name, from, to, inside, top, at: Date.now() }));
  }

  goBack() {
    const place = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    sessionStorage.removeItem(KEY);
    if (!place || Date.now() - place.at > FRESH || this.hasAttribute("changed")) return;
    const field = this.form.elements.namedItem(place.name);
    if (!(field instanceof HTMLElement) || !field.offsetParent) return;
    field.focus({ preventScroll: true });
    if (place.from != null) field.setSelectionRange(place.from, place.to);
    field.scrollTop = place.inside;
    scrollBy(0, field.getBoundingClientRect().top - place.top);
    this.say(document.querySelector(".messagelist .success")?.textContent.trim());
  }

  say(words) {
    if (!words) return;
    const note = document.createElement("p");
    note.setAttribute("role", "status");
    this.append(note);
    note.textContent = words;
  }
}

customElements.define("keep-place", KeepPlace);
