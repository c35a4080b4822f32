/* "Save and preview" opens a tab at the click, while the browser still allows it, and shows the preview in it once the
   text is saved: the saved form comes back with <preview-window src>. If it comes back with errors the tab is closed. */
const WINDOW = "preview";
const PENDING = "masthead-preview-pending";

class PreviewWindow extends HTMLElement {
  connectedCallback() {
    const address = new URL(location.href);
    address.searchParams.delete("_preview");
    history.replaceState(history.state, "", address);
    window.open(this.getAttribute("src"), WINDOW);
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest('button[name="_preview"]')) return;
  window.open("", WINDOW);
  sessionStorage.setItem(PENDING, "1");
});

if (sessionStorage.getItem(PENDING)) {
  sessionStorage.removeItem(PENDING);
  addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector("preview-window")) window.open("", WINDOW)?.close();
  });
}

customElements.define("preview-window", PreviewWindow);
