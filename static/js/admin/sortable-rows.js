/* <sortable-rows> around a table whose rows have a `position` field: rows are dragged by a handle or moved with two
   buttons, and the numbers follow. Without this script the numbers are typed. `data-places="Lead|Second"` names places. */
class SortableRows extends HTMLElement {
  connectedCallback() {
    document.addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
    if (document.readyState !== "loading") this.begin();
  }

  begin() {
    if (this.body) return;
    this.body = this.querySelector("tbody");
    for (const heading of this.querySelectorAll("thead th:empty")) heading.replaceWith(document.createElement("td"));
    if (!this.body.querySelector(".field-position input")) return; // only to be read
    this.classList.add("enhanced");
    this.places = this.dataset.places?.split("|");
    this.querySelector("thead th.original")?.replaceWith(document.createElement("td"));
    // Errors of a row stand in a row of their own before it
    this.errors = new Map(this.rows().map((row) => [row, row.previousElementSibling])
      .filter(([, before]) => before?.matches(".row-form-errors")));
    this.rows().forEach((row) => this.enhance(row));
    this.sort();
    this.addEventListener("formset:added", (event) => { this.enhance(event.target); this.number(); });
    document.addEventListener("formset:removed", () => this.removed());
    this.addEventListener("change", () => this.number());
    this.closest("form").addEventListener("submit", () => this.number());
  }

  rows() {
    return [...this.body.querySelectorAll("tr.form-row:not(.empty-form)")];
  }

  enhance(row) {
    if (row.querySelector(".mover")) return;
    const mover = document.createElement("span");
    mover.className = "mover";
    const handle = document.createElement("span");
    handle.className = "handle";
    handle.title = "Drag to reorder";
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("pointerdown", (event) => this.drag(event, row));
    mover.append(handle, this.button("↑", "Move up", row, -1), this.button("↓", "Move down", row, 1));
    row.querySelector(".field-position").append(mover);
    position(row).type = "hidden";
    row.querySelector('.delete input[type="checkbox"]')?.setAttribute("aria-label", "Delete");
    const headings = this.querySelectorAll("thead :is(th, td)");
    [...row.cells].forEach((cell, index) => { cell.dataset.label = headings[index]?.textContent.trim() ?? ""; });
  }

  button(sign, words, row, step) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", words);
    button.addEventListener("click", () => this.step(row, step, button));
    return button;
  }

  step(row, step, button) {
    const rows = this.rows();
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    const moved = rows.toSpliced(rows.indexOf(row), 1);
    moved.splice(rows.indexOf(other), 0, row);
    this.arrange(moved);
    this.number();
    button.focus();
  }

  drag(event, row) {
    event.preventDefault();
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    row.classList.add("dragged");
    const move = (moved) => this.follow(row, moved.clientY);
    const drop = () => {
      row.classList.remove("dragged");
      handle.removeEventListener("pointermove", move);
      this.arrange(this.rows());
      this.number();
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", drop, { once: true });
  }

  /* The others move around the dragged row: a row that is moved itself would lose the pointer. */
  follow(row, y) {
    const rows = this.rows();
    const others = rows.filter((other) => other !== row);
    const below = others.findIndex((other) => {
      const box = other.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    const place = below < 0 ? others.length : below;
    let index = rows.indexOf(row);
    while (index > place) row.after(rows[--index]);
    while (index < place) row.before(rows[++index]);
  }

  /* A row that is still empty keeps its number, so that Django goes on ignoring it. */
  number() {
    this.rows().filter((row) => this.isUsed(row)).forEach((row, index) => {
      position(row).value = index;
      if (this.places) row.querySelector(".place").textContent = this.places[index];
    });
  }

  sort() {
    const rows = this.rows();
    const used = rows.filter((row) => this.isUsed(row));
    used.sort((a, b) => position(a).value - position(b).value);
    this.arrange([...used, ...rows.filter((row) => !used.includes(row))]);
  }

  arrange(rows) {
    const end = this.body.querySelector("tr.empty-form");
    for (const row of rows) {
      const errors = this.errors.get(row);
      if (errors) this.body.insertBefore(errors, end);
      this.body.insertBefore(row, end);
    }
  }

  isUsed(row) {
    if (row.matches(".has_original") || row.closest(".slots")) return true;
    const fields = row.querySelectorAll("td:not(.field-position, .delete) :is(input:not([type=hidden]), select, textarea)");
    return [...fields].some((field) => field.name && field.value !== this.untouched(field));
  }

  /* What the field holds in a new row. */
  untouched(field) {
    const name = field.name.split("-").at(-1);
    return this.body.querySelector(`tr.empty-form [name$="-__prefix__-${name}"]`)?.value ?? "";
  }

  /* Django numbers the forms of a set by their order in the page, and those it knows must come first. */
  removed() {
    const rows = this.rows();
    this.arrange(rows.toSorted((a, b) => formNumber(a) - formNumber(b)));
    setTimeout(() => { this.arrange(rows); this.number(); }, 0);
  }
}

function position(row) {
  return row.querySelector('.field-position input[name$="-position"]');
}

function formNumber(row) {
  return Number(row.id.split("-").at(-1));
}

customElements.define("sortable-rows", SortableRows);
