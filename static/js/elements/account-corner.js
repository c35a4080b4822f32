/** Shared pages say “Sign in” to everybody; whoever is signed in gets their own links from `data-src`. */
class AccountCorner extends HTMLElement {
  async connectedCallback() {
    if (!/(^|;\s*)signed_in=1(;|$)/.test(document.cookie)) return;
    const response = await fetch(this.dataset.src, { headers: { Accept: "text/html" } });
    if (response.status === 200 && !response.redirected) this.innerHTML = await response.text();
  }
}

customElements.define("account-corner", AccountCorner);
