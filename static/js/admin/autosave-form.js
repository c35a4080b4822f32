/* <autosave-form url login> inside a form: what is typed is kept on the site until it is saved, so that a closed tab loses
   nothing. `unsaved`: the page came back without being saved; `restored`: the form shows what was kept.
   The form gets a "typed" event a moment after its fields have changed, however they did. */
const QUIET = 2000; // ms without typing, after which it is kept
const LONGEST = 10000; // ms of typing without a pause, after which it is kept all the same
const AGAIN = 15000; // ms until it is tried again
const LAST_WORDS = 60000; // bytes that a browser still sends when a page goes away

class AutosaveForm extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.note = document.createElement("p");
    this.note.setAttribute("role", "status");
    this.append(this.note);
    // Widgets fill their fields when the page is ready; what they make is not an edit
    if (document.readyState === "complete") setTimeout(() => this.begin(), 0);
    else addEventListener("load", () => setTimeout(() => this.begin(), 0), { once: true });
  }

  begin() {
    const fields = this.fields();
    this.shown = fields;
    this.saved = this.hasAttribute("unsaved") || this.hasAttribute("restored") ? null : fields;
    this.kept = this.hasAttribute("unsaved") ? null : fields;
    this.typedAt = this.since = Date.now();
    this.timer = setInterval(() => this.look(), 500);
    this.form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.flush(); });
    document.addEventListener("signed-out", () => this.signedOut());
    addEventListener("pagehide", () => this.flush());
    addEventListener("pageshow", () => { this.leaving = false; });
    addEventListener("online", () => { this.notBefore = 0; });
  }

  /* Whether the browser should ask before it leaves the page. */
  get isAtRisk() {
    if (this.leaving || this.saved === undefined) return false;
    const fields = this.fields();
    return fields !== this.kept && (Boolean(this.trouble) || size(this.form) > LAST_WORDS);
  }

  fields() {
    const data = new FormData(this.form);
    data.delete("csrfmiddlewaretoken");
    return new URLSearchParams([...data].map(([name, value]) => [name, value.name ?? value])).toString();
  }

  look() {
    if (this.leaving) return;
    const fields = this.fields();
    const now = Date.now();
    if (fields !== this.shown) {
      if (this.shown === this.kept) this.since = now;
      this.shown = fields;
      this.typedAt = now;
      this.form.dispatchEvent(new Event("typed"));
    }
    if (fields === this.kept || this.asked || now < (this.notBefore ?? 0)) return;
    if (now - this.typedAt >= QUIET || now - this.since >= LONGEST) this.keep(fields);
  }

  async keep(fields) {
    this.asked = new AbortController();
    try {
      let response = await this.send(fields);
      if (response.status === 403) {
        response = await this.renewToken();
        if (!response.redirected) response = await this.send(fields);
      }
      await this.answered(response, fields);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.fail("The site cannot be reached. Your text is only in this page: leave it open, it is tried again.");
    } finally {
      this.asked = null;
    }
  }

  async answered(response, fields) {
    if (response.redirected) this.signedOut();
    else if (response.status === 403) this.fail("You may no longer write this. Copy your text to keep it.");
    else if (response.status === 404) this.fail("This was deleted meanwhile. Copy your text to keep it.");
    else if (response.status === 409) this.notBefore = Date.now() + AGAIN; // saved a moment ago, in another tab
    else if (!response.ok) this.fail("The site could not keep your text. It is only in this page: leave it open, it is tried again.");
    else {
      this.kept = fields;
      this.since = Date.now();
      this.say(response.status === 204 ? "" : `Kept at ${(await response.json()).saved_at}, not saved`);
    }
  }

  /* What is as it was saved needs no copy. */
  send(fields, options = { signal: this.asked.signal }) {
    const method = fields === this.saved ? "DELETE" : "POST";
    const body = method === "POST" ? new FormData(this.form) : undefined;
    return fetch(this.getAttribute("url"), { method, body, headers: { "X-CSRFToken": this.token.value }, ...options });
  }

  get token() {
    return this.form.elements.csrfmiddlewaretoken;
  }

  /* Whoever signs in again in another tab gets a new one; with it the form can be saved as if nothing had been. */
  async renewToken() {
    const response = await fetch(location.pathname);
    const page = new DOMParser().parseFromString(response.redirected ? "" : await response.text(), "text/html");
    const fresh = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (fresh) for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh;
    return response;
  }

  /* The page may go away: what fits is sent all the same. */
  flush() {
    if (this.leaving || this.saved === undefined || this.trouble) return;
    const fields = this.fields();
    if (fields === this.kept) return;
    this.asked?.abort();
    const keepalive = size(this.form) <= LAST_WORDS;
    this.send(fields, { keepalive }).then((response) => this.answered(response, fields), () => {});
  }

  async submit(event) {
    if (event.defaultPrevented) return;
    if (this.isSignedOut) {
      event.preventDefault();
      await this.keep(this.fields());
      if (!this.isSignedOut) this.form.requestSubmit(event.submitter);
      return;
    }
    this.leaving = true;
    this.asked?.abort();
  }

  signedOut() {
    this.notBefore = Date.now() + AGAIN;
    if (this.isSignedOut) return;
    this.isSignedOut = true;
    this.fail("You are signed out. ");
    const link = document.createElement("a");
    link.href = this.getAttribute("login");
    link.target = "_blank";
    link.textContent = "Sign in again in a new tab";
    this.note.append(link, ", then go on here: your text is still in this page.");
  }

  fail(words) {
    this.trouble = words;
    this.notBefore = Date.now() + AGAIN;
    this.note.textContent = words;
    this.note.className = "trouble";
  }

  say(words) {
    this.trouble = "";
    this.isSignedOut = false;
    this.note.textContent = words;
    this.note.className = "";
  }
}

function size(form) {
  return new Blob([...new FormData(form)].map(([name, value]) => `${name}${value}${" ".repeat(120)}`)).size;
}

customElements.define("autosave-form", AutosaveForm);
