// Says so when the live figures cannot be fetched, and takes it back when they can again.
const show = (isLost) => {
  for (const notice of document.querySelectorAll("[data-connection-lost]")) notice.hidden = !isLost;
};
document.addEventListener("htmx:error", () => show(true));
document.addEventListener("htmx:after:swap", () => show(false));

// A form that takes a while says so, and is not sent twice.
const rest = (form, isBusy) => {
  const said = document.getElementById(form.dataset.busy);
  if (said) said.textContent = isBusy ? said.dataset.text : "";
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = isBusy;
};
document.addEventListener("submit", (event) => {
  // After the browser has taken the form: a disabled button would not be sent with it.
  if (event.target.dataset.busy) setTimeout(() => rest(event.target, true));
});
// A page that comes back from the browser's memory can be used again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) rest(form, false);
});
