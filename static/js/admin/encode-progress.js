/* <encode-progress url> around the sets of a recording: keeps percent, speed and time left fresh while something is made,
   and loads the page again when it has ended, unless somebody is typing in it. */
const EVERY = 1500; // ms

class EncodeProgress extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("[data-unfinished]")) this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  wait() {
    this.timer = setTimeout(() => this.ask(), EVERY);
  }

  async ask() {
    try {
      const response = await fetch(this.getAttribute("url"));
      if (response.redirected) return document.dispatchEvent(new Event("signed-out"));
      if (response.ok) this.show((await response.json()).sets);
    } catch {
      this.part("status").textContent = "The site does not answer; trying again.";
    }
    if (this.isConnected && !this.isOver) this.wait();
  }

  show(sets) {
    this.part("status").textContent = "";
    for (const set of sets) {
      const shown = this.querySelector(`[data-set="${set.id}"]`);
      if (!shown) return this.end();
      if ("unfinished" in shown.dataset && !set.unfinished) return this.end();
      shown.querySelector('[data-part="words"]').textContent = set.words;
      shown.querySelector('[data-part="how"]').textContent = how(set);
      const bar = shown.querySelector('[data-part="bar"]');
      if (bar) bar.value = set.percent ?? 0;
    }
  }

  end() {
    this.isOver = true;
    const dirty = document.querySelector("#content form :is(input, textarea):user-valid, #content form :is(input, textarea):user-invalid");
    if (!dirty) return location.reload();
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Show it";
    this.part("status").replaceChildren("It has ended. ", link);
  }

  part(name) {
    return this.querySelector(`:scope > [data-part="${name}"]`);
  }
}

function how(set) {
  if (set.percent == null) return "";
  const words = [`${set.percent} %`];
  if (set.step) words.push(set.step);
  if (set.speed) words.push(`${set.speed}× real time`);
  if (set.left != null) words.push(`${clock(set.left)} left`);
  return words.join(" · ");
}

function clock(seconds) {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

customElements.define("encode-progress", EncodeProgress);
