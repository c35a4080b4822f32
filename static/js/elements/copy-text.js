/** An <input readonly> with a button beside it that copies its value; without scripts it is there to be selected. */
class CopyText extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const input = this.querySelector("input");
    const said = this.querySelector("[role=status]");
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      said.textContent = "Copied";
    } catch {
      said.textContent = "It is selected: copy it with your keyboard or menu.";
    }
  }
}

customElements.define("copy-text", CopyText);
