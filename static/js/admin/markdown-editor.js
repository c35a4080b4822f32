/* <markdown-editor> around a textarea: a toolbar, a word count, and beside the text what readers will get.
   Attributes: preview (POST text, get HTML), frame (the page to show it in), library and upload if it may hold images. */
const TOOLS = [
  ["bold", "B", "Bold", "b", (editor) => editor.wrap("**", "**", "bold")],
  ["italic", "I", "Italic", "i", (editor) => editor.wrap("*", "*", "italic")],
  ["heading", "H", "Heading", null, (editor) => editor.prefix("## ")],
  ["quote", "❝", "Quotation", null, (editor) => editor.prefix("> ")],
  ["link", "Link", "Link", "k", (editor) => editor.link()],
  ["image", "Image", "Image", null, (editor) => editor.image()],
];
const SIGNED_OUT = "You are signed out. Sign in again in another tab, then go on here; your text is still in this page.";

class MarkdownEditor extends HTMLElement {
  connectedCallback() {
    this.source = this.querySelector("textarea");
    if (!this.source || this.bar) return;
    this.build();
    this.source.addEventListener("input", () => { this.count(); this.renderSoon(); });
    this.source.addEventListener("keydown", (event) => this.press(event));
    this.source.addEventListener("scroll", () => this.follow());
    if (this.hasAttribute("upload")) this.takeImages();
    this.count();
    this.showPreview(this.wantsPreview());
  }

  build() {
    this.bar = document.createElement("div");
    this.bar.className = "bar";
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.setAttribute("role", "toolbar");
    tools.setAttribute("aria-label", "Formatting");
    tools.setAttribute("aria-controls", this.source.id);
    tools.append(...TOOLS.filter(([name]) => name !== "image" || this.hasAttribute("library")).map((tool) => this.tool(tool)));
    rove(tools);
    this.words = document.createElement("output");
    this.toggle = button("Preview", "Show the preview beside the text", () => this.showPreview(this.pane.hidden, true));
    this.large = button("⤢", "Use the whole window (Escape ends it)", () => this.enlarge(!this.classList.contains("whole")));
    this.bar.append(tools, this.words, this.toggle, this.large);
    const panes = document.createElement("div");
    panes.className = "panes";
    this.source.before(this.bar, panes);
    this.pane = document.createElement("div");
    this.pane.className = "pane";
    this.note = document.createElement("p");
    this.note.setAttribute("role", "status");
    this.warning = document.createElement("p");
    this.warning.className = "warning";
    this.warning.setAttribute("role", "alert");
    panes.before(this.warning);
    panes.append(this.source, this.pane);
    this.pane.append(this.note);
  }

  tool([name, sign, words, key, act]) {
    const made = button(sign, key ? `${words} (Ctrl+${key.toUpperCase()})` : words, () => act(this));
    made.classList.add(name);
    return made;
  }

  press(event) {
    if (event.key === "Escape" && this.classList.contains("whole")) this.enlarge(false);
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const found = TOOLS.find(([, , , key]) => key === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found[4](this);
  }

  /* --- writing --- */

  get selected() {
    return this.source.value.slice(this.source.selectionStart, this.source.selectionEnd);
  }

  /* Typed like a person would, so that undo takes it back. */
  put(text, from = this.source.selectionStart, to = this.source.selectionEnd) {
    this.source.focus();
    this.source.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) this.source.setRangeText(text, from, to, "end");
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
  }

  wrap(before, after, sample) {
    const from = this.source.selectionStart;
    const text = this.selected;
    const around = this.source.value.slice(from - before.length, from) + this.source.value.slice(from + text.length, from + text.length + after.length);
    const stars = /\*+$/.exec(this.source.value.slice(0, from))?.[0].length ?? 0;
    if (text && around === before + after && !(before === "*" && stars === 2)) {
      this.put(text, from - before.length, from + text.length + after.length);
      this.source.setSelectionRange(from - before.length, from - before.length + text.length);
      return;
    }
    const inner = text || sample;
    this.put(before + inner + after);
    this.source.setSelectionRange(from + before.length, from + before.length + inner.length);
  }

  prefix(sign) {
    const line = this.source.value.lastIndexOf("\n", this.source.selectionStart - 1) + 1;
    const caret = this.source.selectionStart;
    const has = this.source.value.startsWith(sign, line);
    this.put(has ? "" : sign, line, line + (has ? sign.length : 0));
    const moved = caret + (has ? -sign.length : sign.length);
    this.source.setSelectionRange(moved, moved);
  }

  link() {
    const text = this.selected;
    const from = this.source.selectionStart;
    if (/^https?:\/\/\S+$/.test(text)) {
      this.put(`[words](${text})`);
      this.source.setSelectionRange(from + 1, from + 6);
    } else {
      const words = text || "words";
      this.put(`[${words}](https://)`);
      this.source.setSelectionRange(from + words.length + 3, from + words.length + 11);
    }
  }

  async image() {
    const { selectionStart: from, selectionEnd: to } = this.source;
    const image = await this.pick();
    this.source.focus();
    if (image) this.paragraph(markdown(image), from, to);
  }

  pick(file) {
    const options = { library: this.getAttribute("library"), upload: this.getAttribute("upload"), token: this.token, inText: true, file };
    const picker = document.querySelector("image-picker") ?? document.body.appendChild(document.createElement("image-picker"));
    return picker.choose(options);
  }

  paragraph(text, from, to) {
    const before = gap(this.source.value.slice(0, from), /\n\n$|^$/, /\n$/);
    const after = gap(this.source.value.slice(to), /^\n\n|^$/, /^\n/);
    this.put(`${before}${text}${after}`, from, to);
  }

  /* --- images that are dropped or pasted --- */

  takeImages() {
    this.source.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      this.classList.add("dropping");
    });
    for (const name of ["dragleave", "drop"]) this.source.addEventListener(name, () => this.classList.remove("dropping"));
    this.source.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      const there = document.caretPositionFromPoint?.(event.clientX, event.clientY);
      if (there?.offsetNode === this.source) this.source.setSelectionRange(there.offset, there.offset);
      this.insertFiles([...event.dataTransfer.files]);
    });
    this.source.addEventListener("paste", (event) => {
      const { files, types } = event.clipboardData;
      if (!files.length || types.includes("text/plain")) return; // a word processor sends both: the words are meant
      event.preventDefault();
      this.insertFiles([...files]);
    });
  }

  /* One after the other; a placeholder stands in the text until it is known what the image shows. */
  async insertFiles(files) {
    const images = files.filter((file) => file.type.startsWith("image/"));
    this.warning.textContent = images.length < files.length ? "Only images can be put into a text." : "";
    for (const file of images) {
      const waiting = `![Uploading ${file.name.replaceAll(/[[\]\\]/g, "")} …]()`;
      this.paragraph(waiting, this.source.selectionStart, this.source.selectionEnd);
      const image = await this.pick(file);
      const from = this.source.value.indexOf(waiting);
      if (from >= 0) this.put(image ? markdown(image) : "", from, from + waiting.length);
    }
  }

  count() {
    const count = this.source.value.match(/[\p{L}\p{N}][\p{L}\p{N}’'-]*/gu)?.length ?? 0;
    this.words.textContent = `${count.toLocaleString("en")} ${count === 1 ? "word" : "words"}`;
  }

  /* --- the preview --- */

  get token() {
    return document.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  wantsPreview() {
    const wished = localStorage.getItem("masthead-markdown-preview");
    return wished ? wished === "1" : matchMedia("(min-width: 1100px)").matches && this.source.rows > 10;
  }

  async showPreview(shown, remember = false) {
    this.pane.hidden = !shown;
    this.toggle.setAttribute("aria-pressed", shown);
    this.classList.toggle("split", shown);
    if (remember) localStorage.setItem("masthead-markdown-preview", shown ? "1" : "0");
    if (!shown) return;
    if (!this.frame) await this.openFrame();
    this.render();
  }

  openFrame() {
    this.frame = document.createElement("iframe");
    this.frame.title = "Preview of the text";
    this.frame.src = this.getAttribute("frame");
    this.pane.prepend(this.frame);
    return new Promise((resolve) => {
      this.frame.addEventListener("load", () => {
        this.page?.addEventListener("click", openOutside);
        resolve();
      }, { once: true });
    });
  }

  get page() {
    return this.frame?.contentDocument?.getElementById("preview");
  }

  enlarge(whole) {
    this.classList.toggle("whole", whole);
    this.large.setAttribute("aria-pressed", whole);
    document.documentElement.classList.toggle("editor-whole", whole);
    this.source.focus();
  }

  renderSoon() {
    clearTimeout(this.timer);
    if (!this.pane.hidden) this.timer = setTimeout(() => this.render(), 350);
  }

  async render() {
    this.asked?.abort();
    this.asked = new AbortController();
    const body = new FormData();
    body.set("text", this.source.value);
    if (this.hasAttribute("library")) body.set("images", "1");
    const headers = { "X-CSRFToken": this.token };
    try {
      const response = await fetch(this.getAttribute("preview"), { method: "POST", headers, body, signal: this.asked.signal });
      this.show(response, await response.text());
    } catch (error) {
      if (error.name !== "AbortError") this.note.textContent = "The preview cannot be reached. Your text is safe in this page.";
    }
  }

  show(response, text) {
    if (response.ok && !response.redirected && this.page) {
      this.page.innerHTML = text;
      this.note.textContent = "";
    } else if (response.redirected) this.note.textContent = SIGNED_OUT;
    else if (response.headers.get("Content-Type")?.startsWith("text/plain")) this.note.textContent = text;
    else this.note.textContent = response.status === 403 ? "You may not see a preview here." : "There is no preview at the moment. Your text is safe in this page.";
  }

  /* The preview scrolls along in proportion; images make an exact match impossible. */
  follow() {
    const page = this.frame?.contentDocument?.scrollingElement;
    const room = this.source.scrollHeight - this.source.clientHeight;
    if (page && room > 0) page.scrollTop = (this.source.scrollTop / room) * (page.scrollHeight - page.clientHeight);
  }
}

function button(sign, words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.title = words;
  if (sign.length < 3) made.setAttribute("aria-label", words.replace(/ \(.*/, ""));
  made.addEventListener("click", act);
  return made;
}

function markdown(image) {
  const words = image.words.replaceAll(/[[\]\\]/g, "\\$&").replaceAll(/\s+/g, " ");
  const caption = image.caption ? ` "${image.caption.replaceAll(/["\\]/g, "\\$&")}"` : "";
  return `![${words}](asset:${image.id}${caption})`;
}

/* The line breaks that make a paragraph of its own. */
/* One stop for the Tab key; the arrows go from tool to tool (WAI-ARIA, toolbar). */
function rove(tools) {
  const all = [...tools.children];
  for (const tool of all.slice(1)) tool.tabIndex = -1;
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = all.at((all.indexOf(document.activeElement) + step) % all.length);
    for (const tool of all) tool.tabIndex = tool === next ? 0 : -1;
    next.focus();
  });
}

function gap(text, enough, some) {
  if (enough.test(text)) return "";
  return some.test(text) ? "\n" : "\n\n";
}

function openOutside(event) {
  const link = event.target.closest("a[href]");
  if (!link || link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  window.open(link.href, "_blank", "noopener");
}

customElements.define("markdown-editor", MarkdownEditor);
