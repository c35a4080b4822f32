/* <image-field library upload> around a select with a search: shows the chosen image, and opens the library. */
class ImageField extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    if (!this.select || this.button) return;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "Open the library";
    this.button.addEventListener("click", () => this.choose());
    this.append(this.button);
    // select2 and the admin's pop-ups trigger jQuery's event, which is none for the browser
    addEventListener("DOMContentLoaded", () => globalThis.django?.jQuery(this.select).on("change", () => this.show()));
  }

  async choose() {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const picker = document.querySelector("image-picker") ?? document.body.appendChild(document.createElement("image-picker"));
    const image = await picker.choose({ library: this.getAttribute("library"), upload: this.getAttribute("upload"), token });
    if (!image) return;
    this.select.querySelector(`option[value="${image.id}"]`)?.remove();
    this.select.add(new Option(image.name, image.id, true, true));
    globalThis.django.jQuery(this.select).trigger("change");
    this.button.focus();
  }

  async show() {
    const id = this.select.value;
    this.querySelector("img.thumbnail")?.remove();
    if (!id) return;
    const response = await fetch(`${this.getAttribute("library")}?${new URLSearchParams({ id })}`);
    const [image] = response.ok && !response.redirected ? (await response.json()).images : [];
    if (!image || this.select.value !== id) return;
    const scale = 160 / Math.max(image.width, image.height);
    const picture = new Image(Math.round(image.width * scale), Math.round(image.height * scale));
    picture.className = "thumbnail";
    picture.alt = image.alt;
    picture.src = image.url;
    this.button.before(picture);
  }
}

customElements.define("image-field", ImageField);
