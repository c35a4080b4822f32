/* <image-picker>: a dialog to find an image of the library or to upload one.
   `await picker.choose({ library, upload, token, inText })` gives the image as the library describes it (in a text with
   `words` and `caption`), or null. With a `file` there is nothing to find: it is asked what that shows, and uploads it. */
class ImagePicker extends HTMLElement {
  connectedCallback() {
    if (this.dialog) return;
    this.innerHTML = `
      <dialog class="image-picker" aria-labelledby="image-picker-title">
        <div class="head"><h2 id="image-picker-title">Choose an image</h2><button type="button" class="close" aria-label="Close">×</button></div>
        <div class="body">
          <section class="library">
            <form class="find"><label>Search <input type="search" name="q" maxlength="100"></label></form>
            <ul></ul>
            <p role="status"></p>
            <button type="button" class="more" hidden>More</button>
          </section>
          <section class="side">
            <form class="chosen" hidden>
              <img alt="">
              <label>What it shows here <textarea name="words" rows="2" maxlength="400"></textarea></label>
              <p class="help"></p>
              <label>Caption <input name="caption" maxlength="400"></label>
              <p class="help">The credit is added by itself.</p>
              <button class="default">Insert</button>
            </form>
            <details class="new"><summary>Upload a new one</summary>
              <form class="upload">
                <img class="given" alt="" hidden>
                <label>File <input type="file" name="file" accept="image/jpeg,image/png,image/webp,image/avif,image/gif" required></label>
                <label>What it shows <textarea name="alt" rows="2" maxlength="400"></textarea></label>
                <label class="tick"><input type="checkbox" name="decorative"> It is only decoration</label>
                <label>Credit <input name="credit" maxlength="200"></label>
                <div role="alert"><ul class="errorlist"></ul></div>
                <button class="default">Upload</button>
              </form>
            </details>
          </section>
        </div>
      </dialog>`;
    this.dialog = this.querySelector("dialog");
    this.list = this.querySelector("ul");
    this.status = this.querySelector("[role=status]");
    this.more = this.querySelector(".more");
    this.chosen = this.querySelector("form.chosen");
    this.querySelector(".close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.finish(null));
    this.querySelector(".find").addEventListener("submit", (event) => { event.preventDefault(); this.search(); });
    this.querySelector(".find input").addEventListener("input", () => this.searchSoon());
    this.more.addEventListener("click", () => this.load(this.page + 1));
    this.chosen.addEventListener("submit", (event) => { event.preventDefault(); this.insert(); });
    this.querySelector(".upload").addEventListener("submit", (event) => { event.preventDefault(); this.upload(event.target); });
  }

  choose(options) {
    this.options = options;
    this.chosen.hidden = true;
    this.dialog.classList.toggle("one-file", Boolean(options.file));
    this.querySelector("h2").textContent = options.file ? "What does it show?" : "Choose an image";
    this.dialog.showModal();
    if (options.file) this.offer(options.file);
    else {
      this.search();
      this.querySelector(".find input").select(); // what was looked for last is typed over
    }
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  /* The upload form with a file that was dropped into the text. */
  offer(file) {
    const form = this.querySelector(".upload");
    form.reset();
    form.querySelector(".errorlist").replaceChildren();
    const files = new DataTransfer();
    files.items.add(file);
    form.elements.file.files = files.files;
    form.closest("details").open = true;
    const reader = new FileReader();
    reader.addEventListener("load", () => { this.given.src = reader.result; this.given.hidden = false; });
    reader.readAsDataURL(file);
    form.elements.alt.focus();
  }

  get given() {
    return this.querySelector("img.given");
  }

  finish(image) {
    this.given.hidden = true;
    this.resolve?.(image);
    this.resolve = null;
    if (this.dialog.open) this.dialog.close();
  }

  searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), 250);
  }

  search() {
    clearTimeout(this.timer);
    this.list.replaceChildren();
    return this.load(1);
  }

  async load(page) {
    this.page = page;
    const words = this.querySelector(".find input").value.trim();
    const asked = `${this.options.library}?${new URLSearchParams({ q: words, page })}`;
    this.asked = asked;
    const found = await answer(fetch(asked));
    if (this.asked !== asked) return;
    this.more.hidden = !found.more;
    this.list.append(...(found.images ?? []).map((image) => this.entry(image)));
    this.status.textContent = found.trouble ?? (this.list.childElementCount ? "" : "Nothing found. Upload it?");
  }

  entry(image) {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const name = document.createElement("span");
    name.textContent = image.name;
    button.append(thumbnail(image, 160), name);
    button.addEventListener("click", () => this.take(image));
    entry.append(button);
    return entry;
  }

  take(image) {
    if (!this.options.inText) return this.finish(image);
    this.image = image;
    const old = this.chosen.querySelector("img");
    old.replaceWith(thumbnail(image, 240));
    const words = this.chosen.elements.words;
    words.value = this.chosen.elements.caption.value = "";
    words.placeholder = image.decorative ? "Nothing: it is decoration" : image.alt;
    this.chosen.querySelector(".help").textContent = image.alt || image.decorative
      ? "Leave it empty to use the image's own words; they stay right when those are corrected."
      : "The image says nothing about itself yet. Say what somebody who cannot see it should know.";
    words.required = !image.alt && !image.decorative;
    this.chosen.hidden = false;
    words.focus();
    this.chosen.scrollIntoView({ block: "nearest" });
  }

  insert() {
    const { words, caption } = this.chosen.elements;
    this.finish({ ...this.image, words: words.value.trim(), caption: caption.value.trim() });
  }

  async upload(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    button.textContent = "Uploading …";
    const headers = { "X-CSRFToken": this.options.token };
    const made = await answer(fetch(this.options.upload, { method: "POST", headers, body: new FormData(form) }));
    button.disabled = false;
    button.textContent = "Upload";
    const problems = made.trouble ? [made.trouble] : Object.values(made.errors ?? {}).flat();
    form.querySelector(".errorlist").replaceChildren(...problems.map((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      return line;
    }));
    if (problems.length) return;
    form.reset();
    form.closest("details").open = false;
    if (this.options.file) return this.finish({ ...made, words: "", caption: "" });
    this.take(made);
    this.search();
  }
}

/* The JSON of an answer, or `{ trouble }` with a sentence. */
async function answer(asked) {
  try {
    const response = await asked;
    if (response.redirected) return { trouble: "You are signed out. Sign in again in another tab, then go on here." };
    if (response.status === 403) return { trouble: "You may not do this." };
    if (response.status === 413) return { trouble: "The file is too large." };
    return await response.json();
  } catch {
    return { trouble: "The library cannot be reached. Try again in a moment." };
  }
}

function thumbnail(image, side) {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const picture = new Image(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  picture.loading = "lazy";
  picture.alt = image.alt;
  picture.src = image.url;
  return picture;
}

customElements.define("image-picker", ImagePicker);
