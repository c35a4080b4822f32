const REST = 8000; // ms for which somebody who scrolls is left alone
const still = matchMedia("(prefers-reduced-motion: reduce)");
const places = globalThis.Highlight ? new Highlight() : null;

/** As many characters as before, without case and accents: "Éric" is found by "eric". */
const fold = (text) => {
  const simple = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return simple.length === text.length ? simple : [...text].map((one) => {
    const plain = one.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return plain.length === one.length ? plain : one;
  }).join("");
};

/**
 * What is said, as links to the moments; the markup is episodes/_transcript.html. Beside a <media-player> it follows
 * (masthead:time), and a link seeks instead of leading elsewhere. Everywhere it finds words. The text is always in the page.
 */
class TranscriptFollow extends HTMLElement {
  #part = {};
  #links = [];
  #starts = [];
  #current = -1;
  #reach = null; // the one link that Tab comes to
  #touched = 0;
  #found = [];
  #at = -1;
  #player = null;

  connectedCallback() {
    if (this.#links.length || this.#part.tools) return;
    for (const part of this.querySelectorAll("[data-part]")) this.#part[part.dataset.part] = part;
    this.#links = [...this.querySelectorAll(".said a")];
    this.#starts = this.#links.map(secondsOf);
    this.#player = this.#part.box ? document.querySelector("media-player") : null;
    this.#part.tools.hidden = false;
    this.#part.words.addEventListener("input", () => this.#find());
    this.#part.words.addEventListener("keydown", (event) => this.#keyOfWords(event));
    this.#part.only.addEventListener("change", () => this.#filter());
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    if (places) CSS.highlights.set("transcript", places);
    for (const link of this.#links) link.tabIndex = -1;
    this.#reachable(this.#links[0]);
    if (this.#player) this.#follow();
  }

  disconnectedCallback() {
    document.removeEventListener("masthead:time", this.#told);
  }

  // --- following what is heard

  #follow() {
    document.addEventListener("masthead:time", this.#told);
    const { box, now } = this.#part;
    const touch = () => { this.#touched = Date.now(); this.#offer(); };
    for (const name of ["wheel", "touchmove", "pointerdown"]) box.addEventListener(name, touch, { passive: true });
    box.addEventListener("keydown", (event) => { if (/^(Arrow|Page|Home|End)/.test(event.key)) touch(); });
    box.addEventListener("scroll", () => this.#offer(), { passive: true });
    now.addEventListener("click", () => { this.#touched = 0; this.#show(this.#links[this.#current]); now.hidden = true; });
  }

  #told = ({ target, detail }) => {
    if (target !== this.#player) return;
    const begun = "begun" in this.#player.dataset || detail.seconds > 0;
    const at = begun ? this.#lineAt(detail.seconds) : -1;
    if (at === this.#current) return;
    this.#links[this.#current]?.removeAttribute("aria-current");
    this.#current = at;
    const link = this.#links[at];
    if (!link) return;
    link.setAttribute("aria-current", "true");
    if (!this.contains(document.activeElement)) this.#reachable(link);
    const left = Date.now() - this.#touched > REST;
    const reads = !this.#part.words.value && !this.#part.box.matches(":focus-within") && String(getSelection()) === "";
    if (left && reads && !still.matches && !this.#player.media.paused) this.#show(link);
    else this.#offer();
  };

  /** The last of those that have begun; transcripts may go back in time, so all are looked at. */
  #lineAt(seconds) {
    let best = -1;
    for (let at = 0; at < this.#starts.length; at++) {
      if (this.#starts[at] <= seconds + 0.05 && (best < 0 || this.#starts[at] >= this.#starts[best])) best = at;
    }
    return best;
  }

  /** Only inside its box: the page stays where its reader has it. */
  #show(link) {
    const { box } = this.#part;
    if (!link || !box) return;
    const top = link.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    box.scrollTo({ top: top - box.clientHeight / 3, behavior: still.matches ? "instant" : "smooth" });
  }

  #offer() {
    const link = this.#links[this.#current];
    if (!link) return;
    const [at, box] = [link.getBoundingClientRect(), this.#part.box.getBoundingClientRect()];
    this.#part.now.hidden = at.bottom > box.top && at.top < box.bottom;
  }

  // --- going there

  #click(event) {
    const button = event.target.closest("[data-do]");
    if (button) this.#step(button.dataset.do === "previous" ? -1 : button.dataset.do === "next" ? 1 : 0);
    const link = event.target.closest(".said a, .transcript-chapter a");
    if (!link || !this.#player || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#touched = 0;
    this.#reachable(link);
    this.#player.seek(secondsOf(link));
    this.#player.media.play().catch(() => {}); // the player's own events tell
  }

  #key(event) {
    const at = this.#links.indexOf(event.target);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    const visible = this.#links.filter((link) => !link.closest("[hidden]"));
    const next = visible[visible.indexOf(event.target) + step];
    event.preventDefault();
    if (!next) return;
    this.#reachable(next);
    next.focus();
  }

  #reachable(link) {
    if (this.#reach) this.#reach.tabIndex = -1;
    if (link) link.tabIndex = 0;
    this.#reach = link;
  }

  // --- finding words

  #find() {
    const words = fold(this.#part.words.value.trim().replace(/\s+/g, " "));
    this.#found = words.length > 1 ? [...this.querySelectorAll(".said")].flatMap((said) => placesIn(said, words)) : [];
    places?.clear();
    for (const range of this.#found.slice(0, 2000)) places?.add(range);
    this.#at = -1;
    this.#part.steps.hidden = !this.#found.length;
    this.#part.count.textContent = words.length < 2 ? "" : this.#counted();
    this.#filter();
  }

  #counted() {
    const count = this.#found.length;
    if (!count) return "Not found";
    if (this.#at >= 0) return `${this.#at + 1} of ${count}`;
    return count === 1 ? "1 place" : `${count.toLocaleString("en-GB")} places`;
  }

  /** hidden="until-found": the browser's own search still finds what is folded away. */
  #filter() {
    const only = this.#part.only.checked && this.#found.length > 0;
    const with_ = new Set(this.#found.map((range) => range.startContainer.parentElement.closest(".said")));
    for (const said of this.querySelectorAll(".said")) {
      if (only && !with_.has(said)) said.setAttribute("hidden", "until-found");
      else said.removeAttribute("hidden");
    }
    for (const head of this.querySelectorAll(".transcript-name, .transcript-chapter")) head.hidden = only;
  }

  #keyOfWords(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.#step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && this.#part.words.value) {
      event.preventDefault();
      this.#part.words.value = "";
      this.#find();
    }
  }

  #step(by) {
    const count = this.#found.length;
    if (!by || !count) return;
    this.#at = this.#at < 0 ? (by > 0 ? 0 : count - 1) : (this.#at + by + count) % count;
    const range = this.#found[this.#at];
    const link = range.startContainer.parentElement.closest("a");
    this.#touched = Date.now();
    if (this.#part.box) this.#show(link ?? range.startContainer.parentElement);
    else range.startContainer.parentElement.scrollIntoView({ block: "center", behavior: still.matches ? "instant" : "smooth" });
    if (link) this.#reachable(link);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    this.#part.count.textContent = this.#counted();
  }
}

function secondsOf(link) {
  return Number(link.dataset.at ?? new URL(link.href).searchParams.get("t"));
}

/** Ranges of the words in a paragraph, also where they begin in one link and end in the next. */
function placesIn(said, words) {
  const nodes = [];
  const walker = document.createTreeWalker(said, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest("time") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  let text = "";
  while (walker.nextNode()) {
    nodes.push([text.length, walker.currentNode]);
    text += walker.currentNode.data.replace(/\s/g, " ");
  }
  const folded = fold(text);
  const ranges = [];
  for (let at = folded.indexOf(words); at >= 0; at = folded.indexOf(words, at + words.length)) {
    const range = document.createRange();
    const put = (name, offset) => {
      const [start, node] = nodes.findLast(([begin]) => begin <= offset);
      range[name](node, Math.min(offset - start, node.data.length));
    };
    put("setStart", at);
    put("setEnd", at + words.length - 1);
    range.setEnd(range.endContainer, range.endOffset + 1);
    ranges.push(range);
  }
  return ranges;
}

customElements.define("transcript-follow", TranscriptFollow);
