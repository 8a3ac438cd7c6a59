// Topics change places by dragging a row or by its arrows; without this file the arrows still work.
(function () {
  "use strict";
  function send(row, after) {
    const form = document.getElementById(row.dataset.move);
    form.querySelector("[name=after]").value = after ? after.dataset.topic : "";
    form.querySelectorAll("[name=step]").forEach((one) => one.removeAttribute("name"));
    form.submit();
  }
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-topics] tbody").forEach((body) => {
      let dragged = null;
      body.addEventListener("dragstart", (event) => {
        dragged = event.target.closest("tr");
        event.dataTransfer.effectAllowed = "move";
      });
      body.addEventListener("dragover", (event) => {
        if (!dragged) return;
        event.preventDefault();
        body.querySelectorAll(".hemis-drop-row").forEach((one) => one.classList.remove("hemis-drop-row"));
        const over = event.target.closest("tr");
        if (over) over.classList.add("hemis-drop-row");
      });
      body.addEventListener("drop", (event) => {
        event.preventDefault();
        const over = event.target.closest("tr");
        if (!dragged || !over || over === dragged) return;
        const rows = [...body.rows];
        const down = rows.indexOf(over) > rows.indexOf(dragged);
        send(dragged, down ? over : over.previousElementSibling);
      });
      // Text in a field is marked with the mouse, not dragged away.
      body.addEventListener("mousedown", (event) => {
        const row = event.target.closest("tr");
        if (row) row.draggable = event.target.tagName !== "INPUT";
      });
    });
  });
})();
