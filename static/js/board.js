// Subjects of a plan are dragged between semesters; the page that answers brings the new totals.
(function () {
  "use strict";

  let dragged = null;

  function token() {
    return document.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  // The row that the dragged one would stand behind: null is the first place.
  function behind(zone, y) {
    let found = null;
    zone.querySelectorAll("tr[data-subject]").forEach((row) => {
      const box = row.getBoundingClientRect();
      if (row !== dragged && y > box.top + box.height / 2) found = row;
    });
    return found;
  }

  function clear() {
    document.querySelectorAll(".hemis-over").forEach((one) => one.classList.remove("hemis-over"));
  }

  function send(row, zone, after) {
    const body = new URLSearchParams({ semester: zone.dataset.drop, after: after ? after.dataset.subject : "" });
    const key = row.dataset.subject;
    return fetch(row.dataset.move, { method: "POST", body, headers: { "X-CSRFToken": token() } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        if (!page.getElementById("plan-board")) return Promise.reject(new Error("no board"));
        ["#plan-board", "#plan-totals", "[aria-live].d-print-none"].forEach((where) => {
          const fresh = page.querySelector(where), old = document.querySelector(where);
          if (fresh && old) old.replaceWith(fresh);
        });
        const moved = document.querySelector(`tr[data-subject="${key}"]`);
        if (moved) moved.scrollIntoView({ block: "nearest" });
      })
      .catch(() => { window.location.reload(); });
  }

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest && event.target.closest("[data-board] tr[data-subject]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.subject);
    dragged.classList.add("hemis-dragged");
  });
  document.addEventListener("dragend", () => {
    if (dragged) dragged.classList.remove("hemis-dragged");
    dragged = null;
    clear();
  });
  document.addEventListener("dragover", (event) => {
    const zone = dragged && event.target.closest("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    clear();
    (behind(zone, event.clientY) || zone).classList.add("hemis-over");
  });
  document.addEventListener("drop", (event) => {
    const zone = dragged && event.target.closest("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    const row = dragged, after = behind(zone, event.clientY);
    clear();
    send(row, zone, after);
  });
})();
