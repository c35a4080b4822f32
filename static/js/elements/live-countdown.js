/** The moment of a live recording in the visitor's own zone, and how long it is until then. `status`: pending, live, ended. */
class LiveCountdown extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time");
    this.start = new Date(time?.dateTime);
    if (Number.isNaN(this.start.valueOf())) return;
    time.title = time.textContent.trim();
    time.textContent = new Intl.DateTimeFormat("en-GB", {
      weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
    }).format(this.start);
    if (this.getAttribute("status") !== "pending") return;
    this.words = document.createElement("span");
    this.words.className = "live-left";
    this.append(" ", this.words);
    this.#tick();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  /** Once a minute, and once a second in the last hour; a hidden page waits with its browser. */
  #tick() {
    const seconds = Math.round((this.start - Date.now()) / 1000);
    this.words.textContent = seconds > 0 ? `In ${left(seconds)}` : "About to begin";
    if (seconds <= 0) return;
    this.timer = setTimeout(() => this.#tick(), seconds > 3600 ? 60000 - (Date.now() % 60000) : 1000);
  }
}

function left(seconds) {
  const days = Math.floor(seconds / 86400), hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60), rest = seconds % 60;
  if (days) return list([count(days, "day"), count(hours, "hour")]);
  if (hours) return list([count(hours, "hour"), count(minutes, "minute")]);
  return list([count(minutes, "minute"), count(rest, "second")]);
}

function count(number, word) {
  return number ? `${number} ${word}${number === 1 ? "" : "s"}` : "";
}

function list(parts) {
  return parts.filter(Boolean).join(" ");
}

customElements.define("live-countdown", LiveCountdown);
