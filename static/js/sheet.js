// A grade sheet filled like a spreadsheet: arrows and Enter move, a column is pasted, each cell is saved as it is left.
(function () {
  "use strict";

  const form = document.getElementById("sheet");
  if (!form) return;
  const cells = Array.from(form.querySelectorAll(".hemis-cell"));
  const told = (cell) => document.getElementById("told-" + cell.id.slice(5));
  const kept = "sheet:" + form.dataset.save;
  const waiting = new Set();
  let sending = null;

  function say(cell, text, good) {
    const place = told(cell);
    place.textContent = "";
    const span = document.createElement("span");
    span.className = good ? "text-success" : "text-danger";
    span.textContent = text;
    place.append(span);
    cell.classList.toggle("is-invalid", !good);
    if (good) cell.removeAttribute("aria-invalid"); else cell.setAttribute("aria-invalid", "true");
  }

  // What is typed and not saved yet outlives a lost connection or a closed page.
  function remember() {
    const left = {};
    cells.forEach((cell) => { if (cell.value !== cell.dataset.was) left[cell.id] = cell.value; });
    try {
      if (Object.keys(left).length) localStorage.setItem(kept, JSON.stringify(left));
      else localStorage.removeItem(kept);
    } catch (error) { /* A browser that keeps nothing still saves. */ }
  }

  function changed(cell) {
    return cell.value.trim() !== cell.dataset.was;
  }

  async function send() {
    if (sending) return;
    const now = Array.from(waiting).filter(changed);
    waiting.clear();
    if (!now.length) { remember(); return; }
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const typed = new Map();
    now.forEach((cell) => {
      const key = cell.id.slice(5);
      data.append("cell-" + key, cell.value);
      data.append("was-" + key, cell.dataset.was);
      typed.set(cell, cell.value);
    });
    sending = fetch(form.dataset.save, { method: "POST", body: data, headers: { Accept: "application/json" } });
    try {
      const answer = await sending;
      if (!(answer.headers.get("Content-Type") || "").includes("json")) { window.location.reload(); return; }
      hear(await answer.json(), typed);
    } catch (error) {
      typed.forEach((_value, cell) => { waiting.add(cell); say(cell, form.dataset.lost, false); });
      setTimeout(send, 5000);
      return;
    } finally {
      sending = null;
      remember();
    }
    if (waiting.size) send();
  }

  function hear(found, typed) {
    if (found.refused) { typed.forEach((_value, cell) => say(cell, found.refused, false)); return; }
    typed.forEach((value, cell) => {
      const key = cell.id.slice(5);
      if (key in found.saved) {
        cell.dataset.was = found.saved[key];
        form.elements["was-" + key].value = found.saved[key];
        if (cell.value === value) cell.value = found.saved[key];
        say(cell, "✓", true);
      } else if (key in found.errors) {
        say(cell, found.errors[key], false);
      } else if (key in found.conflicts) {
        say(cell, form.dataset.theirs + " " + (found.conflicts[key] || "—"), false);
        cell.dataset.was = found.conflicts[key];
        form.elements["was-" + key].value = found.conflicts[key];
      }
    });
    const left = document.getElementById("sheet-left");
    left.textContent = found.left ? left.dataset.some + " " + found.left : left.dataset.none;
  }

  function queue(cell) {
    if (!changed(cell)) return;
    waiting.add(cell);
    remember();
    send();
  }

  function go(from, step) {
    const next = cells[cells.indexOf(from) + step];
    if (next) { next.focus(); next.select(); }
  }

  form.addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("hemis-cell")) return;
    if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); go(event.target, 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); go(event.target, -1); }
    if (event.key === "Enter" && !cells[cells.indexOf(event.target) + 1]) queue(event.target);
    if (event.key === "Escape") { event.target.value = event.target.dataset.was; remember(); }
  });
  form.addEventListener("focusout", (event) => {
    if (event.target.classList.contains("hemis-cell")) queue(event.target);
  });
  form.addEventListener("input", remember);
  form.addEventListener("paste", (event) => {
    if (!event.target.classList.contains("hemis-cell")) return;
    const text = (event.clipboardData || window.clipboardData).getData("text");
    if (!/[\r\n\t]/.test(text.trim())) return;
    event.preventDefault();
    // The last column of what was copied, line by line from here down.
    const values = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t").pop().trim());
    const start = cells.indexOf(event.target);
    values.forEach((value, at) => {
      const cell = cells[start + at];
      if (cell) { cell.value = value; waiting.add(cell); }
    });
    const last = cells[Math.min(start + values.length, cells.length) - 1];
    if (last) last.focus();
    remember();
    send();
  });

  // What an earlier visit could not save is typed in again.
  try {
    const left = JSON.parse(localStorage.getItem(kept) || "{}");
    cells.forEach((cell) => {
      if (left[cell.id] !== undefined && left[cell.id] !== cell.value) { cell.value = left[cell.id]; waiting.add(cell); }
    });
    if (waiting.size) send();
  } catch (error) { /* Nothing was kept. */ }
  window.addEventListener("online", send);
})();
