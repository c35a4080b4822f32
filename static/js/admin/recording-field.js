/* <recording-field field recordings most base> around a select with a search: a place to drop the recording, its upload by
   <file-upload>, what is made of it, and a player when that is ready. Without `base` nothing can be uploaded.
   What the file brings along is offered for fields that are empty, and never put over what somebody has written.
   An upload that the page was left with is taken up again, also by the page that a new episode leads to when it is saved. */
const EVERY = 1500; // ms between two looks at what is made
const WORDS = { title: "title", number: "number", chapters: "chapters" };

class RecordingField extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    if (!this.select || this.shown) return;
    this.insertAdjacentHTML("beforeend", `
      <div class="recording" hidden></div>
      <p class="brought" hidden><span></span> <button type="button"></button></p>
      <p class="visually-hidden" role="status"></p>`);
    this.shown = this.querySelector(".recording");
    if (this.hasAttribute("base")) this.takeFiles();
    this.addEventListener("upload-changed", (event) => this.uploadChanged(event));
    this.querySelector(".brought button").addEventListener("click", () => this.fillIn());
    // select2 triggers jQuery's event, which is none for the browser
    addEventListener("DOMContentLoaded", () => globalThis.django?.jQuery(this.select).on("change", () => this.chosen()));
    if (this.select.value) this.look();
    else this.takeUp();
  }

  /* --- a file --- */

  takeFiles() {
    this.insertAdjacentHTML("afterbegin", `
      <div class="drop">
        <p>${globalThis.crypto?.subtle ? "Drop the recording here, or" : "Files can be sent only over https. Choose one that is in the library."}</p>
        <button type="button" class="button">Choose a file</button>
        <input type="file" accept="${this.getAttribute("field") === "video" ? "video/*" : "audio/*,video/*"}" tabindex="-1" aria-label="A recording of this device" hidden>
      </div>
      <div class="upload"></div>`);
    const place = this.querySelector(".drop");
    const picker = place.querySelector("input");
    const button = place.querySelector("button");
    button.hidden = !globalThis.crypto?.subtle;
    button.addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      if (picker.files[0]) this.take(picker.files[0]);
      picker.value = "";
    });
    place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("dropping"); });
    place.addEventListener("dragleave", () => place.classList.remove("dropping"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      place.classList.remove("dropping");
      const [file] = event.dataTransfer?.files ?? [];
      if (file && globalThis.crypto?.subtle) this.take(file);
    });
    addEventListener("beforeunload", (event) => { if (["sending", "queued"].includes(this.row?.state)) event.preventDefault(); });
  }

  async take(file) {
    const most = Number(this.getAttribute("most"));
    if (!file.size) return this.say(`“${file.name}” is empty.`);
    if (file.size > most) return this.say(`“${file.name}” is larger than ${Math.floor(most / 2 ** 30)} GB.`);
    if (["queued", "sending", "paused", "checking"].includes(this.row?.state)) return this.say("Another file is on its way. Throw it away first.");
    if (this.row?.state === "waiting" && await this.row.isOf(file)) return this.row.chosen(file);
    return this.newRow().take(file);
  }

  newRow() {
    const row = document.createElement("file-upload");
    row.setAttribute("base", this.getAttribute("base"));
    this.querySelector(".upload").replaceChildren(row);
    this.row = row;
    return row;
  }

  uploadChanged(event) {
    const { row } = this;
    if (event.target !== row) return;
    this.say(event.detail.words);
    if (row.upload && ["sending", "paused", "waiting", "checking"].includes(row.state)) this.remember(row.upload.token);
    if (row.state === "queued") row.send();
    if (row.state === "stopped") this.over();
    if (row.state === "done") this.arrived(row.upload.asset);
  }

  arrived(asset) {
    this.over();
    const fits = asset && (asset.kind === "video" || (asset.kind === "audio" && this.getAttribute("field") === "audio"));
    if (!fits) return this.trouble(asset ? `“${asset.name}” is ${asset.kind === "audio" ? "audio" : "an image"}, and does not fit here. It is in the library.` : "It was in the library, and is deleted since.");
    this.select.querySelector(`option[value="${asset.id}"]`)?.remove();
    this.select.add(new Option(asset.name, asset.id, true, true));
    globalThis.django.jQuery(this.select).trigger("change");
    this.offers = true;
    return undefined;
  }

  over() {
    this.querySelector(".upload").replaceChildren();
    this.row = null;
    sessionStorage.removeItem(this.memory);
  }

  /* --- an upload that a page was left with --- */

  get memory() {
    return `recording-field ${this.getAttribute("field")}`;
  }

  remember(token) {
    sessionStorage.setItem(this.memory, JSON.stringify({ token, path: location.pathname }));
  }

  async takeUp() {
    const { token, path } = JSON.parse(sessionStorage.getItem(this.memory) ?? "{}");
    const fromAdding = path?.endsWith("/add/") && document.referrer.endsWith(path);
    if (!token || !this.hasAttribute("base") || (path !== location.pathname && !fromAdding)) return;
    const response = await fetch(`${this.getAttribute("base")}${token}/`).catch(() => null);
    if (!response?.ok || response.redirected) return;
    const upload = await response.json();
    if (upload.state === "done") await ready();
    if (upload.state !== "stopped") this.newRow().show(upload);
  }

  /* --- what was chosen --- */

  chosen() {
    this.offers = true;
    this.look();
  }

  async look() {
    clearTimeout(this.timer);
    const id = this.select.value;
    this.shown.hidden = !id;
    if (!id) {
      this.shown.replaceChildren();
      this.querySelector(".brought").hidden = true;
      return;
    }
    const episode = /\/episode\/(\d+)\//.exec(location.pathname)?.[1] ?? "";
    const asked = new URLSearchParams({ field: this.getAttribute("field"), episode });
    const response = await fetch(`${this.getAttribute("recordings")}${id}/?${asked}`).catch(() => null);
    if (this.select.value !== id) return;
    if (!response?.ok || response.redirected) {
      if (!this.shown.childElementCount) this.shown.textContent = response?.status === 404 ? "This recording was deleted." : "The site does not say how far it is.";
      if (!response || response.status >= 500) this.timer = setTimeout(() => this.look(), 5 * EVERY);
      return;
    }
    const told = await response.json();
    if (told.html !== this.html) this.shown.innerHTML = this.html = told.html;
    if (this.unfinished && !told.unfinished) this.say(`${told.name} is ready.`);
    this.unfinished = told.unfinished;
    if (this.offers) this.offer(told.brought);
    if (told.unfinished && this.isConnected) this.timer = setTimeout(() => this.look(), EVERY);
  }

  /* --- what it brings along --- */

  offer(brought) {
    this.offers = false;
    this.brought = Object.entries(brought).filter(([name]) => this.getAttribute("field") === "audio" && field(name) && !field(name).value.trim());
    const box = this.querySelector(".brought");
    box.hidden = !this.brought.length;
    if (box.hidden) return;
    const words = this.brought.map(([name, value]) => (name === "chapters" ? count(value.split("\n").length) : `the ${WORDS[name]} “${value}”`));
    box.querySelector("span").textContent = `The file brings ${new Intl.ListFormat("en").format(words)}.`;
    box.querySelector("button").textContent = this.brought.length > 1 ? "Fill in the empty fields" : "Fill it in";
    this.say(box.textContent);
  }

  fillIn() {
    const filled = this.brought.filter(([name]) => !field(name).value.trim());
    for (const [name, value] of filled) {
      field(name).value = value;
      field(name).dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.querySelector(".brought").hidden = true;
    this.say("Filled in.");
    (filled.length ? field(filled[0][0]) : this.select).focus();
  }

  trouble(words) {
    this.shown.hidden = false;
    this.shown.textContent = this.html = words;
    this.say(words);
  }

  say(words) {
    this.querySelector("[role=status]").textContent = words;
    if (!this.row && !this.select.value) {
      this.shown.hidden = !words;
      this.shown.textContent = this.html = words;
    }
  }
}

function field(name) {
  return document.getElementById(`id_${name}`);
}

function count(chapters) {
  return chapters === 1 ? "1 chapter" : `${chapters} chapters`;
}

function ready() {
  return document.readyState === "complete" ? Promise.resolve() : new Promise((done) => { addEventListener("load", done, { once: true }); });
}

customElements.define("recording-field", RecordingField);
