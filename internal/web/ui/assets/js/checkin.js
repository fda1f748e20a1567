// Keeps what a patient wrote while there is no network: the form stays as it is
// and says so, in words that are in the page already.
(() => {
  "use strict";

  const form = document.getElementById("check-in");
  const notice = document.getElementById("no-network");
  if (!form || !notice) return;

  form.addEventListener("submit", (event) => {
    notice.hidden = navigator.onLine;
    if (!navigator.onLine) event.preventDefault();
  });
  addEventListener("online", () => { notice.hidden = true; });
})();
