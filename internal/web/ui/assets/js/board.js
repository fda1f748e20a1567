// The clinic's pages while they are open. Rows take on what is new where they
// stand; the list itself moves only when it is asked to, so that nobody taps the
// wrong name. On a page without a list the bar offers to load it anew.
(() => {
  "use strict";

  const live = document.getElementById("live");
  const bar = document.querySelector("#changes a");
  const board = document.getElementById("board");
  if (!live || !bar) return;

  const offer = (count) => {
    bar.hidden = count === 0;
    bar.querySelector("[data-count]").textContent = count > 0 && board ? `(${count})` : "";
  };

  if (!board) {
    live.addEventListener("update", () => offer(1));
    return;
  }

  let newest = null; // the list as it would be now, when that differs

  const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];
  const concernOf = (row) => row.closest("[data-concern]").dataset.concern;

  // Puts content in without losing the place of the keyboard.
  const keepingFocus = (change) => {
    const id = document.activeElement?.id;
    change();
    if (id && document.activeElement?.id !== id) document.getElementById(id)?.focus({ preventScroll: true });
  };

  function take(list) {
    const fresh = new Map(rowsOf(list).map((row) => [row.id, row]));
    const shown = rowsOf(board);
    let moved = shown.filter((row) => !fresh.has(row.id)).length;
    const known = new Set(shown.map((row) => row.id));
    moved += [...fresh.keys()].filter((id) => !known.has(id)).length;
    keepingFocus(() => {
      for (const row of shown) {
        const next = fresh.get(row.id);
        if (!next) continue;
        if (concernOf(row) !== concernOf(next)) moved++;
        if (!row.isEqualNode(next)) row.replaceWith(next.cloneNode(true));
      }
    });
    const order = (rows) => rows.map((row) => row.id).join();
    if (moved === 0 && order(shown) !== order(rowsOf(list))) moved = 1;
    newest = list;
    offer(moved);
  }

  let asking = false;
  let again = false;

  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await fetch(board.dataset.rows, { headers: { "HX-Request": "true" } });
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) {
        location.href = elsewhere;
        return;
      }
      if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html").body);
    } catch {
      // The stream says whether there is a network, and asks again once there is.
    } finally {
      asking = false;
      // A busy clinic asks at most once a second.
      if (again) setTimeout(() => { again = false; ask(); }, 1000);
    }
  }
  live.addEventListener("update", ask);
  live.addEventListener("open", ask);

  bar.addEventListener("click", (event) => {
    if (!newest) return;
    event.preventDefault();
    board.replaceChildren(...newest.childNodes);
    newest = null;
    offer(0);
    rowsOf(board)[0]?.querySelector("[data-open]")?.focus();
  });

  // Single keys get in the way of those who dictate, so they can be switched off.
  const keys = document.getElementById("keys");
  const use = document.getElementById("keys-use");
  const store = "howareyou-keys";
  keys.hidden = false;
  use.checked = localStorage.getItem(store) !== "off";
  use.addEventListener("change", () => localStorage.setItem(store, use.checked ? "on" : "off"));

  const step = (by) => {
    const links = [...board.querySelectorAll("[data-open]")];
    const at = links.indexOf(document.activeElement?.closest("[data-row]")?.querySelector("[data-open]"));
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };

  const does = {
    j: () => step(1),
    k: () => step(-1),
    a: () => document.activeElement?.closest("[data-row]")?.querySelector("form[data-take]")?.requestSubmit(),
    "?": () => {
      keys.open = !keys.open;
      keys.querySelector("summary").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (!use.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select")) return;
    const act = does[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
