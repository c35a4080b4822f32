/* The admin's selects with a search (select2) do not say what they are for: they take the words of their label. */
function name(select) {
  const words = select.getAttribute("aria-label") ?? select.labels?.[0]?.textContent.trim().replace(/:$/, "");
  const made = select.nextElementSibling;
  if (!words || !made?.matches(".select2-container")) return;
  for (const part of made.querySelectorAll(".select2-selection, .select2-selection__rendered[role], .select2-search__field")) {
    part.setAttribute("aria-label", words);
  }
}

function nameAll(root) {
  root.querySelectorAll("select.admin-autocomplete").forEach(name);
}

globalThis.django?.jQuery(() => nameAll(document)); // after the admin's own, which was queued before
document.addEventListener("formset:added", (event) => setTimeout(() => nameAll(event.target), 0));
