/** A <code> or an <input readonly> with a button beside it that copies what it says; without scripts it is there to be selected. */
class CopyText extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const line = this.querySelector("input, code");
    const said = this.querySelector("[role=status]");
    if (line.select) line.select();
    else getSelection().selectAllChildren(line);
    try {
      await navigator.clipboard.writeText(line.value ?? line.textContent);
      said.textContent = "Copied";
    } catch {
      said.textContent = "It is selected: copy it with your keyboard or menu.";
    }
  }
}

customElements.define("copy-text", CopyText);
