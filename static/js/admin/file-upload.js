/* <file-upload>: one file on its way to the storage, part by part, until it is checked.
   `take(file)` is a new one, `show(upload)` one that the site knows. `state` is queued, sending, paused, waiting (for its
   file), checking, done, refused or stopped; an "upload-changed" event tells of each, with `words` for a screen reader.
   Needs the attribute `base` (the address of all uploads) and a CSRF token in the page; `replaces` is the id of an asset. */
const AT_ONCE = 4; // parts; each is in memory while it is hashed
const LONGEST_WAIT = 60000; // ms between two tries
const STALLED = 60000; // ms without a byte, after which a part is tried anew
const WINDOW = 10000; // ms over which the speed is measured

class Problem extends Error {} // needs a person
class Away extends Error {} // is tried again

class FileUpload extends HTMLElement {
  connectedCallback() {
    if (this.bar) return;
    this.innerHTML = `
      <p class="name"><strong></strong> <span></span></p>
      <progress max="1" value="0"></progress>
      <p class="words"></p>
      <p class="choices"></p>
      <input type="file" hidden>`;
    this.bar = this.querySelector("progress");
    this.picker = this.querySelector("input");
    this.picker.addEventListener("change", () => this.chosen(this.picker.files[0]));
    this.counted = new Map();
    this.moved = [];
  }

  take(file) {
    this.file = file;
    this.name(file.name, file.size);
    this.to("queued", "Waits for the file before it.");
  }

  show(upload) {
    this.upload = upload;
    this.name(upload.replaces ? `${upload.name} for “${upload.replaces.name}”` : upload.name, upload.bytes);
    if (upload.state === "sending") this.waitForFile();
    else this.stands(upload);
  }

  name(name, bytes) {
    this.querySelector("strong").textContent = name;
    this.querySelector(".name span").textContent = size(bytes);
    this.bar.setAttribute("aria-label", name);
    this.label = name;
    this.bytes = bytes;
  }

  waitForFile(words = "") {
    const sent = Object.keys(this.upload.parts).reduce((sum, number) => sum + this.slice(Number(number)).length, 0);
    this.bar.value = sent / this.bytes;
    this.to("waiting", `${words}${percent(sent / this.bytes)} sent. Choose the file again to go on.`);
  }

  /* Whether a file is the one whose beginning was sent. */
  async isOf(file) {
    if (this.state !== "waiting" || file.size !== this.bytes) return false;
    const first = this.upload.parts[1];
    if (!first) return file.name === this.upload.name;
    return await digest(file.slice(0, this.slice(1).length)).catch(() => "") === first;
  }

  async chosen(file) {
    if (!file) return;
    if (!await this.isOf(file)) return this.waitForFile(`“${file.name}” is another file. `);
    this.file = file;
    this.to("queued", "Waits for the file before it.");
  }

  /* --- sending --- */

  async send() {
    this.run = new AbortController();
    const { signal } = this.run;
    this.to("sending", "Beginning …");
    try {
      this.upload = await this.patiently(() => (this.upload ? this.ask("POST", "resumption/") : this.begin()), signal);
      if (this.upload.state === "sending") {
        this.counted.clear();
        await this.sendParts(signal);
        this.upload = await this.patiently(() => this.ask("POST", "completion/"), signal);
      }
      this.stands(this.upload);
    } catch (error) {
      if (signal.aborted) return;
      this.run.abort();
      this.to(this.upload ? "paused" : "refused", error instanceof Problem ? error.message : "Something went wrong. Go on, or begin anew.");
      if (!(error instanceof Problem)) throw error;
    }
  }

  begin() {
    const told = { name: this.file.name, bytes: this.file.size };
    if (this.hasAttribute("replaces")) told.replaces = Number(this.getAttribute("replaces"));
    return this.request("POST", this.getAttribute("base"), told);
  }

  async sendParts(signal) {
    const numbers = Array.from({ length: this.upload.part_count }, (_, index) => index + 1).values();
    const one = async () => { for (const number of numbers) await this.part(number, signal); };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  /* What has arrived is compared and not sent again; a file that was changed since is sent where it differs. */
  async part(number, signal) {
    const { start, length } = this.slice(number);
    const blob = this.file.slice(start, start + length);
    const sha256 = await digest(blob);
    signal.throwIfAborted();
    if (this.upload.parts[number] !== sha256) {
      const told = { parts: [{ number, sha256 }] };
      await this.patiently(async () => {
        const { addresses } = await this.ask("POST", "addresses/", told);
        await this.put(addresses[number], blob, number, sha256, signal);
      }, signal);
      await this.patiently(() => this.ask("POST", "parts/", told), signal);
      this.upload.parts[number] = sha256;
    }
    this.count(number, length);
  }

  slice(number) {
    const start = (number - 1) * this.upload.part_bytes;
    return { start, length: Math.min(this.upload.part_bytes, this.bytes - start) };
  }

  put(address, blob, number, sha256, signal) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest(); // fetch does not tell how far it is
      let stalled;
      const alive = () => {
        clearTimeout(stalled);
        stalled = setTimeout(() => request.abort(), STALLED);
      };
      const stop = () => request.abort();
      signal.addEventListener("abort", stop);
      request.upload.addEventListener("progress", (event) => { alive(); this.count(number, event.loaded, true); });
      request.addEventListener("loadend", () => {
        clearTimeout(stalled);
        signal.removeEventListener("abort", stop);
        if (request.status === 200) return resolve();
        this.count(number, 0);
        if (signal.aborted) return reject(signal.reason);
        return reject(new Away(request.status ? `The storage has refused a part (${request.status}).` : "The storage cannot be reached."));
      });
      request.open("PUT", address);
      request.setRequestHeader("x-amz-checksum-sha256", sha256);
      alive();
      request.send(blob);
    });
  }

  /* Until it works, with longer and longer pauses; a person can always pause it. */
  async patiently(act, signal) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      signal.throwIfAborted();
      if (!navigator.onLine) {
        this.trouble("This device is offline. It goes on by itself.");
        await either(signal, "online");
        continue;
      }
      try {
        const answer = await act();
        signal.throwIfAborted();
        this.trouble("");
        return answer;
      } catch (error) {
        if (signal.aborted || !(error instanceof Away)) throw error;
        this.trouble(`${error.message} It is tried again.`);
        await either(signal, "online", wait * (0.75 + Math.random() / 2));
      }
    }
  }

  /* --- what the site says --- */

  ask(method, path = "", body = undefined) {
    return this.request(method, `${this.getAttribute("base")}${this.upload.token}/${path}`, body);
  }

  async request(method, address, body, again = true) {
    let response;
    try {
      const headers = { "X-CSRFToken": token().value, "Content-Type": "application/json" };
      response = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
    } catch {
      throw new Away("The site cannot be reached.");
    }
    if (response.status === 403 && again && await renewToken()) return this.request(method, address, body, false);
    if (response.redirected) throw new Problem("You are signed out. Sign in again in another tab, then go on here.");
    if (response.status === 403) throw new Problem(this.hasAttribute("replaces") ? "You may not replace this file." : "You may not upload files.");
    if (response.status === 404) throw new Problem("The site does not know this upload any more. Throw it away and begin anew.");
    if (response.status === 204) return null;
    const told = await response.json().catch(() => ({}));
    if (response.ok) return told;
    const words = told.problem ?? `The site does not answer as it should (${response.status}).`;
    throw response.status >= 500 || response.status === 429 ? new Away(words) : new Problem(words);
  }

  stands(upload) {
    this.upload = upload;
    if (upload.state === "sending") return this.waitForFile();
    this.bar.value = 1;
    if (upload.state === "checking") {
      if (this.state === "checking") this.say(upload.words);
      else {
        this.to("checking", upload.words);
        this.watch();
      }
    } else this.to(upload.state, { done: "", refused: upload.problem, stopped: "It was stopped." }[upload.state]);
    return undefined;
  }

  async watch() {
    for (let wait = 500; this.state === "checking" && this.isConnected; wait = Math.min(wait * 1.3, 5000)) {
      await new Promise((done) => { setTimeout(done, wait); });
      try {
        const upload = await this.ask("GET");
        if (this.state === "checking") this.stands(upload);
      } catch (error) {
        if (this.state === "checking") this.say(error.message);
        if (!(error instanceof Away)) return;
      }
    }
  }

  /* --- what a person does --- */

  pause() {
    this.run.abort();
    this.to("paused", `Paused at ${percent(this.bar.value)}.`);
  }

  async throwAway() {
    if (this.upload && this.state !== "refused" && !confirm(`Throw away what was sent of “${this.label}”?`)) return;
    this.run?.abort();
    try {
      if (this.upload) await this.ask("DELETE");
    } catch (error) {
      if (this.state === "sending") this.to("paused", error.message);
      else this.say(error.message);
      return;
    }
    this.to("stopped", "");
  }

  /* --- what is seen --- */

  to(state, words) {
    this.state = this.className = state;
    this.moved = [];
    this.say(words);
    const actions = ACTIONS[state].map(([label, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = label;
      button.setAttribute("aria-label", `${label}: ${this.label}`);
      button.addEventListener("click", () => act(this));
      return button;
    });
    const focused = this.contains(document.activeElement);
    this.querySelector(".choices").replaceChildren(...(state === "done" ? [this.link()] : []), ...actions);
    this.bar.hidden = ["done", "refused", "stopped"].includes(state);
    if (focused) this.querySelector(".choices :is(a, button)")?.focus();
    this.tell(state === "done" ? "Ready in the library." : words);
  }

  link() {
    const { asset, replaces } = this.upload;
    const link = document.createElement("a");
    if (!asset) return document.createTextNode("It was in the library, and is deleted since.");
    link.href = (replaces ?? asset).url;
    if (replaces) {
      link.textContent = `It takes the place of “${replaces.name}” when everything is made of it: see how far it is`;
      return link;
    }
    link.textContent = asset.kind === "image" ? `In the library: say what “${asset.name}” shows` : `In the library: ${asset.name}`;
    return link;
  }

  say(words) {
    this.querySelector(".words").textContent = words;
  }

  trouble(words) {
    if (this.state !== "sending" || this.troubled === words) return;
    this.troubled = words;
    this.classList.toggle("troubled", Boolean(words));
    if (words) {
      this.moved = [];
      this.say(words);
      this.tell(words);
    }
  }

  tell(words) {
    this.dispatchEvent(new CustomEvent("upload-changed", { bubbles: true, detail: { words: `${this.label}: ${words}` } }));
  }

  count(number, bytes, moving = false) {
    if (this.state !== "sending") return;
    const before = this.counted.get(number) ?? 0;
    this.counted.set(number, bytes);
    const now = Date.now();
    if (moving) this.moved.push([now, bytes - before]);
    if (now - (this.drawn ?? 0) < 250 && bytes !== this.bytes) return;
    this.drawn = now;
    this.draw(now);
  }

  draw(now) {
    const sent = [...this.counted.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.moved = this.moved.filter(([when]) => when > now - WINDOW);
    const quarter = Math.floor(4 * sent / this.bytes);
    if (quarter > Math.floor(4 * this.bar.value) && quarter < 4) this.tell(`${quarter * 25} % sent.`);
    this.bar.value = sent / this.bytes;
    if (this.troubled) return;
    const took = (now - (this.moved[0]?.[0] ?? now)) / 1000;
    const speed = took > 1 ? this.moved.reduce((sum, [, bytes]) => sum + bytes, 0) / took : 0;
    const left = speed > 0 ? `, ${(speed / 1e6).toFixed(1)} MB/s, ${duration((this.bytes - sent) / speed)} left` : "";
    this.say(`${percent(sent / this.bytes)}${left}`);
  }
}

const GO_ON = ["Go on", (one) => one.to("queued", "Waits for the file before it.")];
const PAUSE = ["Pause", (one) => one.pause()];
const THROW_AWAY = ["Throw away", (one) => one.throwAway()];
const CHOOSE = ["Choose the file", (one) => one.picker.click()];
const ACTIONS = {
  queued: [THROW_AWAY],
  sending: [PAUSE, THROW_AWAY],
  paused: [GO_ON, THROW_AWAY],
  waiting: [CHOOSE, THROW_AWAY],
  checking: [THROW_AWAY],
  refused: [THROW_AWAY],
  done: [],
  stopped: [],
};

/* SHA-256 in base64, as S3 wants it. */
async function digest(blob) {
  let content;
  try {
    content = await blob.arrayBuffer();
  } catch {
    throw new Problem("The file cannot be read. If it was moved or changed, choose it again; of a folder, choose the files in it.");
  }
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", content))));
}

/* When an event comes, or some time is over. */
function either(signal, event, milliseconds = undefined) {
  return new Promise((resolve, reject) => {
    const timer = milliseconds && setTimeout(() => done(), milliseconds);
    const away = () => { end(); reject(signal.reason); };
    const done = () => { end(); resolve(); };
    const end = () => {
      clearTimeout(timer);
      removeEventListener(event, done);
      signal.removeEventListener("abort", away);
    };
    addEventListener(event, done);
    signal.addEventListener("abort", away);
  });
}

function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]");
}

/* Whoever signs in again in another tab gets a new one. */
async function renewToken() {
  const response = await fetch(location.pathname).catch(() => null);
  if (!response?.ok || response.redirected) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (fresh) for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh;
  return Boolean(fresh);
}

function percent(share) {
  return `${Math.floor(100 * share)} %`;
}

function size(bytes) {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

function duration(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

customElements.define("file-upload", FileUpload);
