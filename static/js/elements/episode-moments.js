/** Links to moments that start the page's <media-player> there, each with a button that shares it. */
class EpisodeMoments extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      if (event.target.closest("button")) this.#share(row.querySelector("a"));
      else if (event.target.closest("a")) this.#play(event, row.querySelector("a"));
    });
  }

  #play(event, link) {
    const player = document.querySelector("media-player");
    if (!player?.media || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player.seek(Number(link.dataset.seconds));
    player.media.play().catch(() => {}); // refused or failed: the player says so
  }

  async #share({ href, textContent }) {
    const said = this.querySelector("[role=status]");
    try {
      if (navigator.share) await navigator.share({ url: href, title: document.title, text: textContent.trim() });
      else {
        await navigator.clipboard.writeText(href);
        said.textContent = "Link copied";
      }
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = href; // they did not close it: copying is not allowed here
    }
  }
}

customElements.define("episode-moments", EpisodeMoments);
