/* <making-transcript url>: how far the machine is that writes a transcript down; the page is loaded again when it has ended. */
const EVERY = 3000; // ms

class MakingTranscript extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.ask(), EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async ask() {
    const status = this.querySelector("[role=status]");
    try {
      const response = await fetch(this.getAttribute("url"));
      if (response.redirected || !response.ok) return;
      const { state, percent } = await response.json();
      if (state !== "waiting" && state !== "running") return this.end(status);
      status.textContent = state === "waiting" ? "It waits for a worker." : percent === null ? "A machine listens to it." : `A machine has heard ${percent} % of it.`;
      if (percent !== null) this.querySelector("progress").value = percent;
    } catch {
      status.textContent = "The site does not answer; trying again.";
    }
  }

  end(status) {
    clearInterval(this.timer);
    const editor = document.querySelector("cue-editor");
    if (!editor?.isUnsaved) return location.reload();
    status.textContent = "It has ended. Save your corrections, or load the page again to see it.";
  }
}

customElements.define("making-transcript", MakingTranscript);
