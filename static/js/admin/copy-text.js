/* <copy-text><code>…</code></copy-text>: a button that copies the text. */
class CopyText extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    this.append(" ", button);
  }
}

customElements.define("copy-text", CopyText);
