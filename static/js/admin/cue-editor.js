/* <cue-editor url version> around the cues as JSON: rows to correct beside the page's <media-player>. Ten thousand cues are
   kept in memory and only those in sight are in the page. A save sends what was cut out and put in (episodes/transcripts/merging.py). */
const CHUNK = 50; // cues
const MOST_UNDONE = 200;
const SAME_EDIT = 3000; // ms of typing in one field that are undone together
const KEYS = [
  ["Ctrl+S", "Save"], ["Ctrl+Z, Ctrl+Shift+Z", "Undo, redo"], ["Ctrl+Space", "Play or pause"], ["Ctrl+Enter", "Play from this cue"],
  ["Alt+T", "This cue begins now"], ["Alt+↑, Alt+↓", "The cue before, after"], ["Alt+Enter", "Split at the cursor"],
  ["Alt+Backspace", "Join with the one before"], ["Alt+I", "New cue after this one"], ["Alt+Delete", "Delete this cue"], ["Ctrl+Shift+F", "Find and replace"],
];

class CueEditor extends HTMLElement {
  connectedCallback() {
    if (this.base) return;
    this.take(JSON.parse(this.querySelector("script").textContent), Number(this.getAttribute("version")));
    this.readonly = this.hasAttribute("readonly");
    this.undone = [];
    this.done = [];
    this.build();
    this.draw();
    this.addEventListener("input", (event) => this.typed(event));
    this.addEventListener("change", (event) => this.settled(event));
    this.addEventListener("click", (event) => this.pressed(event));
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("masthead:time", ({ detail }) => this.heard(detail.seconds));
    addEventListener("beforeunload", (event) => { if (this.isUnsaved && !this.leaving) event.preventDefault(); });
  }

  /* Cues are never changed in place, so that an earlier list of them is an earlier state. */
  take(rows, version) {
    this.base = rows;
    this.version = version;
    this.cues = rows.map(([start, end, who, text], from) => ({ from, start, end, who, text }));
    this.timed = rows.some(([start]) => start !== null);
  }

  get isUnsaved() {
    return this.splices().length > 0;
  }

  get player() {
    return document.querySelector("media-player");
  }

  // --- what is changed, as the site wants it

  splices() {
    const found = [];
    let at = 0;
    let rows = [];
    const cut = (until) => {
      if (until > at || rows.length) found.push({ at, gone: until - at, rows });
      rows = [];
    };
    for (const cue of this.cues) {
      if (cue.from >= at && this.isAsItWas(cue)) {
        cut(cue.from);
        at = cue.from + 1;
      } else rows.push(rowOf(cue));
    }
    cut(this.base.length);
    return found;
  }

  isAsItWas(cue) {
    const row = this.base[cue.from];
    return row !== undefined && row[0] === cue.start && row[1] === cue.end && row[2] === cue.who && row[3] === cue.text;
  }

  async save(over = null) {
    const splices = this.splices();
    if (!splices.length || this.saving || this.querySelector("[aria-invalid=true]")) return;
    this.saving = true;
    const sent = this.cues;
    this.say("Saving …");
    try {
      const response = await this.post({ version: this.version, splices, over });
      const told = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
      if (response.redirected) this.signedOut();
      else if (response.ok) this.saved(sent, told);
      else if (response.status === 409 && told.changes) this.clash(told);
      else this.fail(told.message ?? (response.status === 403 ? "You may no longer change this. Copy your text to keep it." : "The site could not save it. Your text is still here: try again."));
    } catch {
      this.fail("The site cannot be reached. Your text is still in this page: try again.");
    } finally {
      this.saving = false;
    }
  }

  post(told) {
    const token = document.querySelector(".cue-token [name=csrfmiddlewaretoken]").value;
    return fetch(this.getAttribute("url"), { method: "POST", body: JSON.stringify(told), headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
  }

  saved(sent, { version, cues }) {
    const later = this.cues === sent ? null : this.cues;
    this.clashes.hidden = true;
    this.take(cues ?? sent.map(rowOf), version);
    if (later && this.cues.length === sent.length) this.cues = this.placed(later);
    this.draw();
    this.say("Saved. Readers get it now, if the episode is out.");
  }

  /* The same cues by their places in what is saved now. A place that is not found costs only bytes: it is sent anew. */
  placed(cues) {
    const places = new Map();
    this.base.forEach((row, at) => {
      const key = JSON.stringify(row);
      if (places.has(key)) places.get(key).push(at);
      else places.set(key, [at]);
    });
    let last = -1;
    return cues.map((cue) => {
      const changed = cue.from > last && this.base[cue.from]?.[0] === cue.start ? cue.from : -1;
      const from = places.get(JSON.stringify(rowOf(cue)))?.find((at) => at > last && at - last < 500) ?? changed;
      if (from >= 0) last = from;
      return { ...cue, from };
    });
  }

  clash({ message, version, changes, clashes }) {
    const list = make("ul", { className: "cue-changes" }, ...changes.map(({ clock, before, after }) => make("li", {},
      make("b", { textContent: clock ? `${clock} ` : "" }), before ? make("del", { textContent: before }) : "", " ", after ? make("ins", { textContent: after }) : "")));
    const mine = make("button", { type: "button", className: "button", textContent: "Save mine on top of theirs" });
    const theirs = make("button", { type: "button", className: "button", textContent: "Drop mine and load theirs" });
    mine.addEventListener("click", () => this.save(version));
    theirs.addEventListener("click", () => { this.leaving = true; location.reload(); });
    const both = clashes ? `${clashes} of these ${clashes === 1 ? "is" : "are"} where you have changed something too: there yours stays.` : "None of these is where you have changed something.";
    this.clashes.replaceChildren(make("h2", { textContent: message, tabIndex: -1 }), make("p", { textContent: `Nothing of yours is lost; it is not saved yet. They changed this. ${both}` }), list, mine, " ", theirs);
    this.clashes.hidden = false;
    this.clashes.querySelector("h2").focus();
    this.fail("Not saved.");
  }

  signedOut() {
    this.fail("You are signed out. ");
    this.status.append(make("a", { href: this.getAttribute("login"), target: "_blank", textContent: "Sign in again in a new tab" }), ", then save here.");
  }

  // --- changing

  change(cues, at = -1, what = "") {
    const now = Date.now();
    const same = what && this.last?.what === what && now - this.last.when < SAME_EDIT;
    if (!same) this.done.push(this.cues);
    if (this.done.length > MOST_UNDONE) this.done.shift();
    this.last = { what, when: now };
    this.undone = [];
    this.cues = cues;
    this.count();
    if (at >= 0) this.draw(at);
  }

  put(at, parts, what = "", redraw = true) {
    const cue = { ...this.cues[at], ...parts };
    this.change(this.cues.with(at, cue), redraw ? at : -1, what);
  }

  undo(from = this.done, to = this.undone) {
    if (!from.length) return;
    const at = this.place(document.activeElement);
    to.push(this.cues);
    this.cues = this.placed(from.pop());
    this.last = null;
    this.count();
    this.draw(Math.min(Math.max(at, 0), this.cues.length - 1));
  }

  split(at, field) {
    const cue = this.cues[at];
    const cut = field?.selectionStart ?? Math.floor(cue.text.length / 2);
    const [one, two] = [cue.text.slice(0, cut).trim(), cue.text.slice(cut).trim()];
    if (!one || !two) return this.say("Put the cursor between two words of the cue first.");
    const half = this.timed ? Math.round(cue.start + ((cue.end - cue.start) * cut) / cue.text.length) : null;
    this.change(this.cues.toSpliced(at, 1, { ...cue, text: one, end: half ?? cue.end }, { ...cue, from: -1, start: half ?? cue.start, text: two }), at + 1);
  }

  join(at) {
    if (at < 1) return;
    const [one, two] = this.cues.slice(at - 1, at + 1);
    const end = this.timed ? Math.max(one.end, two.end) : null;
    this.change(this.placed(this.cues.toSpliced(at - 1, 2, { ...one, end, text: `${one.text} ${two.text}`.trim() })), at - 1);
  }

  insert(at) {
    const cue = this.cues[at];
    const next = this.cues[at + 1];
    const end = this.timed ? Math.max(cue.end, Math.min(cue.end + 2000, next?.start ?? Infinity)) : null;
    this.change(this.cues.toSpliced(at + 1, 0, { from: -1, start: this.timed ? cue.end : null, end, who: cue.who, text: "" }), at + 1);
  }

  drop(at) {
    if (this.cues.length > 1) this.change(this.cues.toSpliced(at, 1), Math.min(at, this.cues.length - 2));
  }

  begin(at) {
    if (!this.player || !this.timed) return;
    const start = Math.round(this.player.media.currentTime * 1000);
    this.put(at, { start, end: Math.max(start, this.cues[at].end) });
  }

  replaceAll() {
    const { find, put, exact } = this.fields;
    if (!find.value) return;
    const pattern = patternOf(find.value, exact.checked);
    let count = 0;
    const cues = this.cues.map((cue) => {
      const text = cue.text.replace(pattern, () => { count++; return put.value; });
      return text === cue.text ? cue : { ...cue, text };
    });
    if (count) this.change(cues, this.first());
    this.say(count ? `${count.toLocaleString("en-GB")} ${count === 1 ? "place was" : "places were"} replaced. Ctrl+Z takes it back.` : "It is nowhere.");
  }

  next() {
    const { find, exact } = this.fields;
    if (!find.value) return;
    const begin = this.found ?? this.first() - 1;
    for (let step = 1; step <= this.cues.length; step++) {
      const at = (begin + step + this.cues.length) % this.cues.length;
      const place = this.cues[at].text.search(patternOf(find.value, exact.checked));
      if (place < 0) continue;
      this.found = at;
      const field = this.show(at, "text", false);
      field?.setSelectionRange(place, place + find.value.length);
      return this.say(`In the cue at ${this.timed ? clock(this.cues[at].start) : at + 1}`);
    }
    this.say("It is nowhere.");
  }

  // --- events

  typed({ target }) {
    const at = this.place(target);
    if (target === this.fields.find) this.found = undefined;
    if (at < 0) return;
    const field = target.dataset.field;
    if (field === "text" || field === "who") this.put(at, { [field]: target.value }, `${field} ${at}`, false);
    this.mark(target.closest("li"), at);
  }

  /* Times are read when the field is left. */
  settled({ target }) {
    const at = this.place(target);
    const field = target.dataset.field;
    if (at < 0 || (field !== "start" && field !== "end")) return;
    const time = millisecondsOf(target.value);
    target.ariaInvalid = time === null ? "true" : null;
    if (time === null) return this.fail("A time is like 0:12:30.500.");
    const cue = this.cues[at];
    const start = field === "start" ? time : cue.start;
    const end = Math.max(start, field === "end" ? time : cue.end);
    if (start === cue.start && end === cue.end) return;
    this.put(at, { start, end }, "", false);
    const row = this.mark(target.closest("li"), at);
    row.querySelector('[data-field="start"]').value = stamp(start);
    row.querySelector('[data-field="end"]').value = stamp(end);
  }

  pressed({ target }) {
    const button = target.closest("button[data-do]");
    if (button) this.act(button.dataset.do, this.place(button), button);
  }

  act(name, at, from) {
    const row = from?.closest?.("li");
    const acts = {
      save: () => this.save(), undo: () => this.undo(), redo: () => this.undo(this.undone, this.done),
      find: () => { this.finding.hidden = !this.finding.hidden; if (!this.finding.hidden) this.fields.find.focus(); },
      next: () => this.next(), replace: () => this.replaceAll(), now: () => this.show(this.current ?? 0, "text"),
      play: () => this.playFrom(at), split: () => this.split(at, row?.querySelector("textarea")), join: () => this.join(at),
      insert: () => this.insert(at), drop: () => this.drop(at), begin: () => this.begin(at),
    };
    acts[name]();
  }

  key(event) {
    const { key, altKey: alt, shiftKey: shift } = event;
    const ctrl = event.ctrlKey || event.metaKey;
    const at = this.place(document.activeElement);
    const here = this.contains(document.activeElement);
    const named = (ctrl && !alt && { s: "save", z: here && (shift ? "redo" : "undo"), Z: here && "redo", y: here && "redo", F: "find", Enter: at >= 0 && "play" }[key])
      || (alt && !ctrl && at >= 0 && { t: "begin", Enter: "split", Backspace: "join", i: "insert", Delete: "drop" }[key]);
    const step = alt && !ctrl && at >= 0 && { ArrowUp: -1, ArrowDown: 1 }[key];
    if (ctrl && key === " ") this.player?.media[this.player.media.paused ? "play" : "pause"]();
    else if (step) this.show(at + step, document.activeElement.dataset.field ?? "text");
    else if (named && (!this.readonly || named === "play")) this.act(named, at, document.activeElement);
    else return;
    event.preventDefault();
  }

  playFrom(at) {
    const { player } = this;
    if (!player || !this.timed) return;
    player.seek(this.cues[at].start / 1000);
    player.media.play().catch(() => {}); // the player's own events tell
  }

  heard(seconds) {
    if (!this.timed) return;
    const at = this.cues.findLastIndex((cue) => cue.start <= seconds * 1000 + 50);
    if (at === this.current) return;
    this.current = at;
    for (const row of this.querySelectorAll(".cue.now")) row.classList.remove("now");
    this.rowOf(at)?.classList.add("now");
  }

  // --- the rows in sight

  build() {
    const button = (name, words, title = "") => make("button", { type: "button", className: "button", textContent: words, title }, [["do", name]]);
    this.fields = { find: make("input", { type: "text", ariaLabel: "Find" }), put: make("input", { type: "text", ariaLabel: "Replace with" }), exact: make("input", { type: "checkbox" }) };
    this.status = make("p", { role: "status" });
    this.finding = make("div", { className: "cue-find", hidden: true }, this.fields.find, button("next", "Next"), ...(this.readonly ? [] : [this.fields.put, button("replace", "Replace all")]), make("label", {}, this.fields.exact, " Match capitals"));
    const keys = make("details", { className: "cue-keys" }, make("summary", { textContent: "Keys" }), make("dl", {}, ...KEYS.map(([keys_, what]) => make("div", {}, make("dt", {}, make("kbd", { textContent: keys_ })), make("dd", { textContent: what })))));
    const changing = this.readonly ? [] : [button("save", "Save", "Ctrl+S"), button("undo", "Undo", "Ctrl+Z"), button("redo", "Redo", "Ctrl+Shift+Z")];
    this.bar = make("div", { className: "cue-bar", role: "group", ariaLabel: "The transcript" }, ...changing, button("find", this.readonly ? "Find" : "Find and replace"), ...(this.timed ? [button("now", "Go to what is heard")] : []), this.status, this.finding, keys);
    this.clashes = make("section", { className: "cue-clash", hidden: true });
    this.labels = make("datalist", { id: "cue-labels" });
    this.list = make("div", {});
    this.append(this.bar, this.clashes, this.labels, this.list);
    this.sight = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => this.seen(target, isIntersecting)), { rootMargin: "900px 0px" });
    this.count();
  }

  count() {
    const changed = this.splices().reduce((sum, { gone, rows }) => sum + Math.max(gone, rows.length), 0);
    const save = this.bar.querySelector('[data-do="save"]');
    if (save) save.textContent = changed ? `Save ${changed.toLocaleString("en-GB")} ${changed === 1 ? "change" : "changes"}` : "Save";
    if (changed && this.status.textContent.startsWith("Saved")) this.say("");
  }

  /* All chunks anew; those that are in sight fill themselves. `at` gets the focus. */
  draw(at = -1) {
    const held = document.activeElement;
    const kept = at < 0 && this.place(held) >= 0 ? [this.place(held), held.dataset.field, held.selectionStart, held.selectionEnd] : null;
    this.sight.disconnect();
    const names = [...new Set(this.cues.map(({ who }) => who))].filter(Boolean).slice(0, 200);
    this.labels.replaceChildren(...names.map((value) => make("option", { value })));
    const tall = this.tall ?? 96;
    const chunks = Array.from({ length: Math.ceil(this.cues.length / CHUNK) }, (_, number) => {
      const chunk = make("ol", { className: "cue-chunk", start: number * CHUNK + 1 });
      chunk.dataset.first = number * CHUNK;
      chunk.style.minBlockSize = `${tall * Math.min(CHUNK, this.cues.length - number * CHUNK)}px`;
      return chunk;
    });
    const top = this.list.getBoundingClientRect().height;
    this.list.style.minBlockSize = `${top}px`; // or the page would jump
    this.list.replaceChildren(...chunks);
    for (const chunk of chunks) this.sight.observe(chunk);
    for (const chunk of chunks) if (near(chunk)) this.fill(chunk);
    this.list.style.minBlockSize = "";
    if (at >= 0) this.show(at, "text");
    if (kept && kept[1]) this.show(kept[0], kept[1])?.setSelectionRange(kept[2], kept[3]);
    this.count();
  }

  seen(chunk, inSight) {
    if (inSight) this.fill(chunk);
    else if (chunk.childElementCount && !chunk.contains(document.activeElement)) {
      chunk.style.minBlockSize = `${chunk.getBoundingClientRect().height}px`;
      chunk.replaceChildren();
    }
  }

  fill(chunk) {
    if (chunk.childElementCount) return;
    const first = Number(chunk.dataset.first);
    chunk.append(...this.cues.slice(first, first + CHUNK).map((cue, step) => this.row(cue, first + step)));
    chunk.style.minBlockSize = "";
    this.tall = chunk.getBoundingClientRect().height / chunk.childElementCount;
  }

  row(cue, at) {
    const when = this.timed ? clock(cue.start) : `line ${at + 1}`;
    const input = (field, value, label, more = {}) => make("input", { type: "text", value, ariaLabel: `${label}, ${when}`, readOnly: this.readonly, ...more }, [["field", field]]);
    const act = (name, words, title) => make("button", { type: "button", className: "button", textContent: words, title }, [["do", name]]);
    const play = make("button", { type: "button", className: "button cue-play", textContent: "▶", ariaLabel: `Play from ${when}`, disabled: !this.timed || !this.player }, [["do", "play"]]);
    const who = input("who", cue.who, "Speaker", { className: "cue-who", placeholder: "Speaker", maxLength: 200 });
    who.setAttribute("list", "cue-labels");
    const text = make("textarea", { value: cue.text, rows: Math.max(1, Math.ceil(cue.text.length / 70)), ariaLabel: `Words, ${when}`, readOnly: this.readonly, spellcheck: true }, [["field", "text"]]);
    const times = make("span", { className: "cue-times" }, ...(this.timed ? [input("start", stamp(cue.start), "Begins"), input("end", stamp(cue.end), "Ends")] : []));
    const acts = this.readonly ? [] : [act("split", "Split", "Alt+Enter"), act("join", "Join with before", "Alt+Backspace"), act("insert", "Insert after", "Alt+I"), ...(this.timed ? [act("begin", "Begins now", "Alt+T")] : []), act("drop", "Delete", "Alt+Delete")];
    const row = make("li", { className: this.timed ? "cue" : "cue untimed" }, ...(this.timed ? [play, times] : []), make("span", { className: "cue-said" }, who, text), make("span", { className: "cue-acts" }, ...acts));
    row.dataset.at = at;
    row.classList.toggle("now", at === this.current);
    return this.mark(row, at);
  }

  mark(row, at) {
    row.classList.toggle("changed", !this.isAsItWas(this.cues[at]));
    return row;
  }

  rowOf(at) {
    return this.list.querySelector(`li[data-at="${at}"]`);
  }

  place(element) {
    return Number(element?.closest?.("cue-editor li[data-at]")?.dataset.at ?? -1);
  }

  first() {
    return this.place([...this.list.querySelectorAll("li")].find((row) => row.getBoundingClientRect().bottom > 80)) || 0;
  }

  show(at, field, focus = true) {
    if (!this.cues[at]) return null;
    const chunk = this.list.children[Math.floor(at / CHUNK)];
    this.fill(chunk);
    const found = this.rowOf(at).querySelector(`[data-field="${field}"]`) ?? this.rowOf(at).querySelector("textarea");
    if (!inSight(found)) found.scrollIntoView({ block: "center" });
    if (focus) found.focus({ preventScroll: true });
    return found;
  }

  say(words) {
    this.status.className = "";
    this.status.textContent = words;
  }

  fail(words) {
    this.say(words);
    this.status.className = "trouble";
  }
}

function rowOf({ start, end, who, text }) {
  return [start, end, who, text];
}

function make(name, properties, ...children) {
  const made = document.createElement(name);
  const [data] = children;
  if (Array.isArray(data)) children.shift().forEach(([key, value]) => { made.dataset[key] = value; });
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function patternOf(words, exact) {
  return new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), exact ? "g" : "gi");
}

function stamp(milliseconds) {
  return `${clock(milliseconds)}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/* Of 1:02:03.5, 62:03 or 3.25; null if it is no time. */
function millisecondsOf(text) {
  const found = /^(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (!found) return null;
  const [hours, minutes, seconds] = found.slice(1, 4).map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((found[4] ?? "").padEnd(3, "0"));
}

function near(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -900 && top < innerHeight + 900;
}

function inSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top > 90 && bottom < innerHeight;
}

customElements.define("cue-editor", CueEditor);
