// Keeps a live page honest. When the page can no longer hear of changes it says
// so (the words are in the page, this only shows them), and it knocks again
// where htmx does not: a stream whose very first connection failed.
(() => {
  "use strict";

  const first = 2000;
  const longest = 30000;
  const streams = "[data-live]";

  const show = (heard) => document.documentElement.toggleAttribute("data-offline", !heard);

  addEventListener("offline", () => show(false));
  addEventListener("online", () => document.querySelectorAll(streams).forEach(knock));

  const waits = new WeakMap();

  function knock(element) {
    if (element.isConnected && !element._htmx?.sse) {
      htmx.trigger(element, "reconnect");
    }
  }

  document.addEventListener("htmx:sse:after:connection", (event) => {
    waits.delete(event.target);
    show(true);
  });
  document.addEventListener("htmx:sse:error", (event) => {
    show(false);
    // The session is over: the page itself knows the way to sign in.
    if (event.detail?.status === 401) location.reload();
  });

  // A request of the stream's own element that ends without a stream has failed.
  document.addEventListener("htmx:finally:request", (event) => {
    const element = event.target;
    if (!element.matches?.(streams) || element._htmx?.sse) return;
    show(false);
    const wait = waits.get(element) ?? first;
    waits.set(element, Math.min(wait * 2, longest));
    setTimeout(() => knock(element), wait);
  });
})();
