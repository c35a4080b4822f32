/* <media-uploads base most replaces>: a place to drop files or to choose them, and a <file-upload> for each, sent one after the
   other. What was not finished in another tab or on another day is listed too, and goes on with the same file.
   With `replaces`, the id of an asset, it takes the one file that is to replace that asset's. */
class MediaUploads extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    if (!globalThis.crypto?.subtle) {
      this.querySelector(".without").textContent = "Files can be sent only over https: your browser does not compute checksums on this address.";
      return;
    }
    this.querySelector(".without").remove();
    this.insertAdjacentHTML("beforeend", `
      <div class="drop">
        <p>Drop ${this.replaces ? "the new file" : "files"} here, or</p>
        <button type="button" class="button default">Choose ${this.replaces ? "the file" : "files"}</button>
        <input type="file" ${this.replaces ? "" : "multiple"} hidden>
      </div>
      <p class="visually-hidden" role="status"></p>
      <p class="trouble"></p>
      <ul class="uploads"></ul>`);
    this.list = this.querySelector("ul");
    this.picker = this.querySelector("input[type=file]");
    this.querySelector(".drop button").addEventListener("click", () => this.picker.click());
    this.picker.addEventListener("change", () => {
      this.add([...this.picker.files]);
      this.picker.value = "";
    });
    this.takeDrops();
    this.addEventListener("upload-changed", (event) => this.changed(event));
    addEventListener("beforeunload", (event) => { if (this.isBusy) event.preventDefault(); });
    this.listUnfinished();
  }

  /* Anywhere on the page: a file that misses the place would replace the page. */
  takeDrops() {
    const place = this.querySelector(".drop");
    const files = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      place.classList.add("dropping");
    });
    addEventListener("dragleave", (event) => { if (!event.relatedTarget) place.classList.remove("dropping"); });
    addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      place.classList.remove("dropping");
      this.add([...event.dataTransfer.files]);
    });
  }

  get replaces() {
    return this.getAttribute("replaces");
  }

  get rows() {
    return [...this.list.querySelectorAll("file-upload")];
  }

  get isBusy() {
    return this.rows.some((row) => ["sending", "queued"].includes(row.state));
  }

  async listUnfinished() {
    try {
      const response = await fetch(`${this.getAttribute("base")}unfinished/`);
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      const { uploads } = await response.json();
      const known = new Set(this.rows.map((row) => row.upload?.token));
      const ours = (upload) => !this.replaces || String(upload.replaces?.id) === this.replaces;
      for (const upload of uploads.filter(ours)) if (!known.has(upload.token)) this.row().show(upload);
    } catch {
      this.querySelector(".trouble").textContent = "What you did not finish earlier cannot be listed at the moment.";
    }
  }

  async add(files) {
    const problems = [];
    this.querySelector(".trouble").textContent = "";
    if (this.replaces && files.length > 1) {
      this.querySelector(".trouble").textContent = "One file replaces one file. Choose that one.";
      return;
    }
    for (const file of files) {
      const problem = this.refusal(file);
      if (problem) {
        problems.push(problem);
        this.querySelector("[role=status]").textContent = problem;
        this.querySelector(".trouble").textContent = problems.join(" ");
        continue;
      }
      const unfinished = await first(this.rows, (row) => row.isOf(file));
      if (unfinished) await unfinished.chosen(file);
      else this.row().take(file);
    }
  }

  refusal(file) {
    if (this.replaces && this.rows.some((row) => ["queued", "sending", "paused", "checking"].includes(row.state))) return "Another file is on its way. Throw it away first.";
    const most = Number(this.getAttribute("most"));
    if (!file.size) return `“${file.name}” is empty.`;
    if (file.size > most) return `“${file.name}” is larger than ${Math.floor(most / 2 ** 30)} GB.`;
    const twice = this.rows.some((row) => row.file && row.state !== "done" && row.file.name === file.name
      && row.file.size === file.size && row.file.lastModified === file.lastModified);
    return twice ? `“${file.name}” is in the list already.` : "";
  }

  row() {
    const line = document.createElement("li");
    const row = document.createElement("file-upload");
    row.setAttribute("base", this.getAttribute("base"));
    if (this.replaces) row.setAttribute("replaces", this.replaces);
    line.append(row);
    this.list.append(line);
    return row;
  }

  /* One after the other: two files at once would each take twice as long. */
  changed(event) {
    this.querySelector("[role=status]").textContent = event.detail.words;
    if (event.target.state === "stopped") event.target.parentElement.remove();
    if (!this.rows.some((row) => row.state === "sending")) this.rows.find((row) => row.state === "queued")?.send();
  }
}

async function first(rows, test) {
  for (const row of rows) if (await test(row)) return row;
  return undefined;
}

customElements.define("media-uploads", MediaUploads);
