// Hands the question of a form to the browser and sends the form with what the authenticator answers.
"use strict";
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const verb = form.dataset.passkey;
  if (!verb || form.elements.antwort.value || !window.PublicKeyCredential) return;
  event.preventDefault();
  try {
    const asked = JSON.parse(form.dataset.question);
    const read = verb === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    const answer = await navigator.credentials[verb]({ publicKey: PublicKeyCredential[read](asked) });
    form.elements.antwort.value = JSON.stringify(answer.toJSON());
    form.submit();
  } catch (error) {
    form.querySelector("[data-passkey-status]").textContent = form.dataset.failed + " (" + error.name + ")";
  }
});
