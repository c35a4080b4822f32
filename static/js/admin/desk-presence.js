/* <desk-presence url version compare> in a form: says that it is open, and who else has it open. `version` is the newest
   one that the form's reader has seen. */
const EVERY = 15000; // ms; the site forgets whoever is silent for three times as long

class DeskPresence extends HTMLElement {
  connectedCallback() {
    this.note = document.createElement("p");
    this.note.setAttribute("role", "status");
    this.append(this.note);
    this.timer = setInterval(() => this.tell(), EVERY);
    document.addEventListener("visibilitychange", () => this.tell());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => { if (event.persisted) this.tell(); });
    this.tell();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  get token() {
    return document.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  async tell() {
    if (document.visibilityState !== "visible") return;
    try {
      const response = await fetch(this.getAttribute("url"), { method: "POST", headers: { "X-CSRFToken": this.token } });
      if (response.redirected) document.dispatchEvent(new Event("signed-out"));
      else if (response.ok) this.show(await response.json());
    } catch {
      this.note.replaceChildren(); // who cannot be asked is not known to be there
    }
  }

  leave() {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.token);
    body.set("leaving", "1");
    navigator.sendBeacon(this.getAttribute("url"), body);
  }

  show({ others, version, saved_by: who }) {
    const words = [];
    if (others.length) words.push(`${list(others)} ${others.length === 1 ? "is" : "are"} editing too.`);
    const seen = Number(this.getAttribute("version"));
    if (version > seen) words.push(` ${who || "Somebody"} has saved a newer version. `);
    if (this.said === words.join("")) return;
    this.said = words.join("");
    this.note.replaceChildren(...words);
    if (version > seen) this.note.append(this.link(seen, version));
  }

  link(from, to) {
    const link = document.createElement("a");
    link.href = `${this.getAttribute("compare")}?${new URLSearchParams({ from, to })}`;
    link.target = "_blank";
    link.textContent = "See what changed";
    return link;
  }
}

function list(names) {
  return new Intl.ListFormat("en").format(names);
}

customElements.define("desk-presence", DeskPresence);
