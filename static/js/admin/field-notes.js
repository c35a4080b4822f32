/* <field-notes check> in a form: moves what the linter and colleagues say beside the fields, and has the text checked
   again while it is written. Without this script it is a list above the fields. */
const SOON = 1500; // ms after the last change
const WORDS = {
  error: ["problem stops publishing", "problems stop publishing"],
  warning: ["thing worth a look", "things worth a look"],
  comment: ["comment", "comments"],
};

class FieldNotes extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.found = this.querySelector(".findings");
    this.summary = document.createElement("p");
    this.summary.className = "summary";
    this.summary.setAttribute("role", "status");
    this.prepend(this.summary);
    this.last = this.found.innerHTML;
    this.place();
    if (this.hasAttribute("check")) this.form.addEventListener("typed", () => this.checkSoon());
    for (const link of this.form.querySelectorAll("[data-resolve]")) link.addEventListener("click", (event) => this.resolve(event, link));
  }

  checkSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), SOON);
  }

  async check() {
    this.asked?.abort();
    this.asked = new AbortController();
    const body = new FormData(this.form);
    try {
      const response = await fetch(this.getAttribute("check"), { method: "POST", body, signal: this.asked.signal });
      if (response.ok && !response.redirected) this.show(await response.text());
    } catch (error) {
      // Old notes are better than none; <autosave-form> says that the site cannot be reached
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  show(html) {
    if (html === this.last) return;
    this.last = html;
    for (const note of this.form.querySelectorAll(".note:not(.comment)")) note.remove();
    this.found.innerHTML = html;
    this.place();
  }

  place() {
    this.querySelectorAll(".note").forEach((note) => {
      const row = this.row(note.dataset.field);
      if (row) this.beside(row, note.dataset.field).append(note);
      const line = note.querySelector("span.line");
      if (line) line.replaceWith(this.button(line, note));
    });
    for (const list of this.form.querySelectorAll("ul.notes")) {
      sort(list);
      list.hidden = !list.childElementCount;
    }
    this.count();
  }

  /* Without leaving the text. If that fails, the link leads to where it can be done. */
  async resolve(event, link) {
    event.preventDefault();
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    const response = await fetch(link.dataset.resolve, { method: "POST", body }).catch(() => null);
    if (!response?.ok || !response.url.includes("/publication/")) return location.assign(link.href);
    const row = link.closest(".form-row, .fieldBox");
    link.closest(".note").remove();
    for (const list of this.form.querySelectorAll("ul.notes")) list.hidden = !list.childElementCount;
    this.count();
    (row?.querySelector("input:not([type=hidden]), textarea, select") ?? this.form).focus();
  }

  row(field) {
    return field && this.form.querySelector(`.fieldBox.field-${field}, .form-row.field-${field}`);
  }

  beside(row, field) {
    const there = row.querySelector(":scope > ul.notes");
    if (there) return there;
    const list = document.createElement("ul");
    list.className = "notes";
    list.id = `notes-${field}`;
    list.setAttribute("aria-label", `Notes on ${label(row)}`);
    row.append(list);
    return list;
  }

  /* How much there is of what, with a way to each field. */
  count() {
    const notes = [...this.form.querySelectorAll(".note")];
    const parts = Object.entries(WORDS).map(([weight, [one, many]]) => {
      const count = notes.filter((note) => note.dataset.weight === weight).length;
      return count ? `${count} ${count === 1 ? one : many}` : "";
    }).filter(Boolean);
    const words = parts.length ? `${new Intl.ListFormat("en").format(parts)}: ` : "";
    if (this.summary.dataset.said === words) return;
    this.summary.dataset.said = words;
    const fields = new Set(notes.filter((note) => note.dataset.weight !== "info").map((note) => note.closest("ul.notes[id]")));
    const links = [...fields].filter(Boolean).flatMap((list) => [", ", this.link(list)]).slice(1);
    this.summary.replaceChildren(words, ...links);
  }

  link(list) {
    const link = document.createElement("a");
    link.href = `#${list.id}`;
    link.textContent = label(list.parentElement);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      list.closest("details")?.setAttribute("open", "");
      list.scrollIntoView({ block: "center" });
      list.parentElement.querySelector("input:not([type=hidden]), textarea, select")?.focus({ preventScroll: true });
    });
    return link;
  }

  button(line, note) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "line";
    button.textContent = line.textContent;
    button.addEventListener("click", () => select(document.getElementById(`id_${note.dataset.field}`), Number(line.dataset.line), quoted(note)));
    return button;
  }
}

function label(row) {
  return row.querySelector("label, legend")?.textContent.trim().replace(/:$/, "") ?? "this field";
}

function sort(list) {
  const ranks = ["comment", "error", "warning", "info"];
  list.append(...[...list.children].sort((a, b) => ranks.indexOf(a.dataset.weight) - ranks.indexOf(b.dataset.weight)));
}

function quoted(note) {
  return /“([^”]+)”/.exec(note.textContent)?.[1] ?? "";
}

/* What the note is about is chosen (the line, if it quotes nothing of it) and comes into view; lines wrap, so how far
   down it is has to be measured. */
function select(field, number, words) {
  const lines = field.value.split("\n");
  const from = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  field.focus();
  const line = lines[number - 1] ?? "";
  const found = words && line.includes(words) ? words : line;
  field.setSelectionRange(from + line.indexOf(found), from + line.indexOf(found) + found.length);
  const copy = document.createElement("div");
  const { font, padding, lineHeight, tabSize } = getComputedStyle(field);
  Object.assign(copy.style, { font, padding, lineHeight, tabSize, width: `${field.clientWidth}px`, boxSizing: "border-box", whiteSpace: "pre-wrap", overflowWrap: "break-word", position: "absolute", visibility: "hidden" });
  copy.textContent = field.value.slice(0, from);
  document.body.append(copy);
  field.scrollTop = copy.offsetHeight - field.clientHeight / 3;
  copy.remove();
  field.scrollIntoView({ block: "nearest" });
}

customElements.define("field-notes", FieldNotes);
