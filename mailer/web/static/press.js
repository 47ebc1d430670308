// Says so when the live figures cannot be fetched, and takes it back when they can again.
const show = (isLost) => {
  for (const notice of document.querySelectorAll("[data-connection-lost]")) notice.hidden = !isLost;
};
document.addEventListener("htmx:error", () => show(true));
document.addEventListener("htmx:after:swap", () => show(false));
