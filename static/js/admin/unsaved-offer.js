/* <unsaved-offer url> around the notice that something typed was never saved: a button throws it away. */
class UnsavedOffer extends HTMLElement {
  connectedCallback() {
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button";
    this.button.textContent = "Throw it away";
    this.button.addEventListener("click", () => this.discard());
    this.querySelector("p").append(" ", this.button);
  }

  async discard() {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    this.button.disabled = true;
    try {
      const response = await fetch(this.getAttribute("url"), { method: "DELETE", headers: { "X-CSRFToken": token } });
      if (response.status !== 204) throw new Error(response.status);
      this.closest("form").querySelector("input:not([type=hidden]), textarea")?.focus();
      this.remove();
    } catch {
      this.button.disabled = false;
      this.button.textContent = "It could not be thrown away. Try again";
    }
  }
}

customElements.define("unsaved-offer", UnsavedOffer);
