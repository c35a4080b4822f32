/* <episode-number next='{"3": "13"}'> around the number of a new episode: it follows the show that is chosen, until
   somebody types another number. */
class EpisodeNumber extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const show = document.getElementById("id_show");
    const next = JSON.parse(this.getAttribute("next"));
    if (!input || !show) return;
    let offered = next[show.value] ?? "";
    show.addEventListener("change", () => {
      if (input.value !== offered) return;
      offered = next[show.value] ?? "";
      input.value = offered;
    });
  }
}

customElements.define("episode-number", EpisodeNumber);
