/** Another host's player, loaded only when the reader asks for it; until then nothing is asked of that host. */
class LiteEmbed extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button, iframe")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Play it here";
    button.addEventListener("click", () => this.#load());
    const note = document.createElement("small");
    note.textContent = `Loads a page of ${new URL(this.dataset.src).hostname}.`;
    this.prepend(button);
    this.append(note);
  }

  #load() {
    const frame = document.createElement("iframe");
    frame.src = this.dataset.src;
    frame.title = this.dataset.title;
    frame.allow = "fullscreen; encrypted-media; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    this.replaceChildren(frame);
    frame.focus();
  }
}

customElements.define("lite-embed", LiteEmbed);
