/* <hue-field> around a number from 0 to 359: a slider, and the colour that comes of it. */
class HueField extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    if (!this.field || this.slider) return;
    this.slider = document.createElement("input");
    this.slider.type = "range";
    this.slider.max = 359;
    this.slider.setAttribute("aria-label", "Hue");
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    this.append(this.slider, swatch);
    this.slider.addEventListener("input", () => { this.field.value = this.slider.value; this.show(); });
    this.field.addEventListener("input", () => this.show());
    this.show();
  }

  show() {
    const hue = Math.min(359, Math.max(0, Math.round(Number(this.field.value)) || 0));
    this.slider.value = hue;
    this.className = `hue-${hue}`;
  }
}

customElements.define("hue-field", HueField);
