/* Who fills in a time means it: "At a time" is chosen with it. */
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.('input[type="datetime-local"][name$="at"]')) return;
  const when = target.name.replace(/at$/, "when");
  const choice = target.form.querySelector(`input[name="${when}"][value="${target.value ? "later" : "now"}"]`);
  if (choice) choice.checked = true;
});
