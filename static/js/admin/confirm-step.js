/* <confirm-step question yes> around a form: asks before it is sent. */
class ConfirmStep extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => this.ask(event));
  }

  ask(event) {
    if (this.isSure) return;
    event.preventDefault();
    this.pressed = event.submitter;
    this.dialog ??= this.build();
    this.dialog.showModal();
  }

  build() {
    const dialog = document.createElement("dialog");
    dialog.className = "confirm";
    const words = document.createElement("p");
    words.id = `confirm-${Math.random().toString(36).slice(2)}`;
    words.textContent = this.getAttribute("question");
    dialog.setAttribute("aria-labelledby", words.id);
    const yes = button(this.getAttribute("yes"), "button default", () => { this.isSure = true; this.form.requestSubmit(this.pressed); });
    const no = button("Cancel", "button", () => dialog.close());
    dialog.append(words, yes, " ", no);
    this.append(dialog);
    return dialog;
  }
}

function button(words, names, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = names;
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

customElements.define("confirm-step", ConfirmStep);
