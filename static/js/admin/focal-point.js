/* <focal-point x="id" y="id"><img></focal-point>: a click on the picture fills the two number fields, and two crops
   show what remains. The fields themselves are the way for the keyboard. */
class FocalPoint extends HTMLElement {
  connectedCallback() {
    this.x = document.getElementById(this.getAttribute("x"));
    this.y = document.getElementById(this.getAttribute("y"));
    this.image = this.querySelector("img");
    if (!this.x || !this.y) return;
    this.stage = document.createElement("span");
    this.stage.className = "stage";
    this.image.before(this.stage);
    this.marker = document.createElement("span");
    this.marker.className = "marker";
    this.stage.append(this.image, this.marker);
    this.crops = ["wide", "square", "tall"].map((shape) => this.crop(shape));
    this.stage.addEventListener("pointerdown", (event) => this.point(event));
    this.stage.addEventListener("pointermove", (event) => { if (event.buttons === 1) this.point(event); });
    for (const field of [this.x, this.y]) field.addEventListener("input", () => this.show());
    this.show();
  }

  crop(shape) {
    const crop = this.image.cloneNode();
    crop.className = `crop ${shape}`;
    crop.alt = "";
    this.append(crop);
    return crop;
  }

  point(event) {
    event.preventDefault();
    const box = this.image.getBoundingClientRect();
    this.x.value = percent(event.clientX - box.left, box.width);
    this.y.value = percent(event.clientY - box.top, box.height);
    this.show();
  }

  show() {
    this.marker.style.left = `${this.x.value}%`;
    this.marker.style.top = `${this.y.value}%`;
    for (const crop of this.crops) crop.style.objectPosition = `${this.x.value}% ${this.y.value}%`;
  }
}

function percent(distance, length) {
  return Math.round(Math.min(1, Math.max(0, distance / length)) * 100);
}

customElements.define("focal-point", FocalPoint);
