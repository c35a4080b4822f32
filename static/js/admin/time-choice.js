/* Who fills in a time means it: "At a time" is chosen with it. */
document.getElementById("id_at")?.addEventListener("input", (event) => {
  const wanted = event.target.value ? "later" : "now";
  const choice = event.target.form.querySelector(`input[name="when"][value="${wanted}"]`);
  if (choice) choice.checked = true;
});
