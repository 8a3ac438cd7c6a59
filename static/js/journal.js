// The journal: every tap is kept in the browser first and sent to the server as soon as there is a network.
// A change carries a key of its own; sent twice because an answer got lost, it counts once.
(function () {
  "use strict";

  const state = document.querySelector("[data-journal-state]");
  if (!state) return;
  const user = state.dataset.user;
  const SHELF = `journal:${user}:`;
  const RETRY = 5000;
  let sending = false, timer = null, refused = "";

  // --- the shelf: one entry for each lesson with what waits, and at most one package that is on its way

  function read(lesson) {
    try {
      return JSON.parse(localStorage.getItem(SHELF + lesson)) || null;
    } catch {
      return null;
    }
  }
  function write(lesson, kept) {
    if (kept && (kept.waiting || kept.sent)) localStorage.setItem(SHELF + lesson, JSON.stringify(kept));
    else localStorage.removeItem(SHELF + lesson);
  }
  function lessons() {
    return Object.keys(localStorage).filter((key) => key.startsWith(SHELF)).map((key) => key.slice(SHELF.length));
  }
  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    // Only over plain http, where browsers do not offer the above.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  // What is said last of a student counts; the topic and the hours go along with every change.
  function keep(lesson, url, head, entries) {
    const kept = read(lesson) || { url };
    kept.url = url;
    kept.waiting = kept.waiting || { entries: {} };
    Object.assign(kept.waiting, head);
    for (const [student, said] of Object.entries(entries)) {
      kept.waiting.entries[student] = Object.assign(kept.waiting.entries[student] || {}, said);
    }
    write(lesson, kept);
    refused = "";
    show();
    clearTimeout(timer);
    timer = setTimeout(flush, 150);
  }

  function token() {
    const field = document.querySelector("[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  }

  async function send(lesson) {
    const kept = read(lesson);
    if (!kept) return true;
    if (!kept.sent) {
      kept.sent = Object.assign({ key: newKey() }, kept.waiting);
      delete kept.waiting;
      write(lesson, kept);
    }
    let answer;
    try {
      answer = await fetch(kept.url, {
        method: "POST", credentials: "same-origin", redirect: "manual",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
        body: JSON.stringify(kept.sent),
      });
    } catch {
      return false;
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      refused = state.dataset.signin;
      return false;
    }
    if (answer.status >= 500) return false;
    const now = read(lesson) || {};
    delete now.sent;
    if (answer.ok) {
      write(lesson, now);
      saved(lesson);
      return true;
    }
    // Refused for good: it is shown, the page keeps what was typed, and it is not sent again by itself.
    const told = await answer.json().catch(() => ({}));
    write(lesson, now);
    refused = told.error || state.dataset.refused;
    return true;
  }

  async function flush() {
    if (sending) return;
    sending = true;
    show();
    let done = true;
    for (const lesson of lessons()) done = (await send(lesson)) && done;
    sending = false;
    show();
    clearTimeout(timer);
    if (lessons().length) timer = setTimeout(flush, done ? 100 : RETRY);
  }

  function show() {
    const waits = lessons().length;
    state.hidden = !waits && !refused && state.dataset.touched !== "1";
    state.className = `hemis-saving ${refused ? "is-refused" : waits ? (sending && navigator.onLine ? "is-sending" : "is-waiting") : "is-saved"}`;
    state.textContent = refused || (waits ? (sending && navigator.onLine ? state.dataset.sending : state.dataset.waiting) : state.dataset.saved);
  }

  function saved(lesson) {
    state.dataset.touched = "1";
    document.querySelectorAll(`[data-journal="${lesson}"]`).forEach((form) => { form.dataset.recorded = "1"; });
  }

  window.addEventListener("online", flush);
  window.addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  window.addEventListener("beforeunload", (event) => {
    if (lessons().length) { event.preventDefault(); event.returnValue = state.dataset.leave; }
  });

  // --- the page of a lesson

  const form = document.querySelector("form[data-journal]");
  if (form) {
    const lesson = form.dataset.journal, url = form.dataset.url;
    const field = (name) => form.querySelector(`[name="${name}"]`);
    const head = () => ({
      topic: field("topic") ? field("topic").value : "",
      topic_text: field("topic_text").value,
      hours: field("hours").value,
    });
    const count = () => {
      const away = form.querySelectorAll(".is-away input:checked").length;
      form.querySelector("[data-present]").textContent = form.querySelectorAll("[data-student]").length - away;
    };
    const second = () => {
      const other = field("topic_text").closest("div");
      if (field("topic")) other.classList.toggle("hemis-second", field("topic").value !== "");
    };
    const valid = (input) => {
      const text = input.value.trim();
      const good = text === "" || (/^\d{1,3}$/.test(text) && Number(text) <= Number(input.dataset.highest));
      input.classList.toggle("is-invalid", !good);
      return good;
    };
    // What waits from before (the page was closed without a network) is laid over what the server knows.
    const kept = read(lesson);
    for (const part of kept ? [kept.sent, kept.waiting] : []) {
      for (const [student, said] of Object.entries((part && part.entries) || {})) {
        const radio = said.presence && form.querySelector(`[name="presence-${student}"][value="${said.presence}"]`);
        if (radio) radio.checked = true;
        if ("mark" in said && field(`mark-${student}`)) field(`mark-${student}`).value = said.mark;
      }
      if (part && "topic" in part) {
        if (field("topic")) field("topic").value = part.topic;
        field("topic_text").value = part.topic_text;
        field("hours").value = part.hours;
      }
    }
    count();
    second();
    form.addEventListener("change", (event) => {
      const [what, student] = event.target.name.split("-");
      if (what === "mark" && !valid(event.target)) return;
      second();
      if (event.target.name === "topic" && event.target.value === "" && !field("topic_text").value.trim()) {
        field("topic_text").focus();
        return;
      }
      keep(lesson, url, head(), student ? { [student]: { [what]: event.target.value.trim() } } : {});
      count();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const wrong = form.querySelector(".is-invalid");
      if (wrong) { wrong.focus(); return; }
      state.dataset.touched = "1";
      keep(lesson, url, head(), {});
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("[name^=mark-]")) return;
      event.preventDefault();
      const marks = Array.from(form.querySelectorAll("[name^=mark-]"));
      const next = marks[marks.indexOf(event.target) + 1];
      event.target.blur();
      if (next) next.select();
    });
    form.addEventListener("paste", (event) => {
      const lines = (event.clipboardData.getData("text") || "").trimEnd().split(/\r?\n/);
      if (lines.length < 2 || !event.target.matches("[name^=mark-]")) return;
      event.preventDefault();
      const marks = Array.from(form.querySelectorAll("[name^=mark-]"));
      const from = marks.indexOf(event.target), entries = {};
      lines.slice(0, marks.length - from).forEach((line, at) => {
        const input = marks[from + at];
        input.value = line.split("\t")[0].trim();
        if (valid(input)) entries[input.name.split("-")[1]] = { mark: input.value };
      });
      keep(lesson, url, head(), entries);
    });
  }

  // --- the grid

  const grid = document.querySelector("table[data-grid='1']");
  if (grid) {
    const heads = Array.from(grid.tHead.rows[0].cells);
    const highest = Number(grid.dataset.highest);
    const cells = () => Array.from(grid.querySelectorAll("[data-cell]"));
    let typed = "", typing = null;

    const draw = (cell) => {
      const { presence, mark } = cell.dataset;
      cell.className = presence === "late" ? "is-late" : presence !== "present" ? "is-away" : "";
      cell.textContent = presence === "late" ? "k" : presence === "1" ? "sz1" : presence === "2" ? "sz" : "";
      if (mark !== "") {
        const bold = document.createElement("b");
        bold.textContent = mark;
        cell.append(" ", bold);
      }
    };
    const say = (cell, said) => {
      const lesson = heads[cell.cellIndex].dataset;
      Object.assign(cell.dataset, said);
      draw(cell);
      keep(lesson.lesson, lesson.url, { topic: lesson.topic, topic_text: lesson.topicText, hours: lesson.hours },
        { [cell.dataset.student]: said });
    };
    const finish = () => {
      if (typing && typed !== "" && Number(typed) <= highest) say(typing, { mark: String(Number(typed)) });
      else if (typing && typed !== "") draw(typing);
      typed = "";
      typing = null;
    };
    const step = (cell, rows, columns) => {
      let row = cell.parentElement.rowIndex, column = cell.cellIndex;
      for (let tries = 0; tries < 400; tries += 1) {
        row += rows;
        column += columns;
        const line = grid.rows[row];
        if (!line || row < 1 || !line.cells[column]) return;
        if ("cell" in line.cells[column].dataset) { line.cells[column].focus(); return; }
      }
    };
    const first = grid.querySelector("[data-cell]");
    if (first) first.tabIndex = 0;
    grid.addEventListener("focusin", (event) => {
      const cell = event.target.closest("[data-cell]");
      if (cell !== typing) finish();
      if (cell) {
        cells().forEach((one) => { one.tabIndex = -1; });
        cell.tabIndex = 0;
      }
    });
    grid.addEventListener("focusout", finish);
    grid.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-cell]");
      if (cell) cell.focus();
    });
    grid.addEventListener("dblclick", (event) => {
      const cell = event.target.closest("[data-cell]");
      if (cell) say(cell, { presence: cell.dataset.presence === "present" ? "2" : "present" });
    });
    grid.addEventListener("keydown", (event) => {
      const cell = event.target.closest("[data-cell]");
      if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };
      if (moves[event.key]) {
        event.preventDefault();
        finish();
        step(cell, ...moves[event.key]);
      } else if (event.key === " ") {
        event.preventDefault();
        say(cell, { presence: cell.dataset.presence === "present" ? "2" : "present" });
      } else if (event.key === "k" || event.key === "K") {
        say(cell, { presence: cell.dataset.presence === "late" ? "present" : "late" });
      } else if (/^\d$/.test(event.key)) {
        event.preventDefault();
        typing = cell;
        typed = typed.length < 3 ? typed + event.key : event.key;
        cell.textContent = typed;
      } else if (event.key === "Escape" && typing) {
        typed = "";
        draw(cell);
      } else if (event.key === "Delete" || event.key === "Backspace") {
        event.preventDefault();
        typed = "";
        typing = null;
        say(cell, { mark: "" });
      }
    });
    document.addEventListener("paste", (event) => {
      const start = document.activeElement && document.activeElement.closest("[data-cell]");
      if (!start) return;
      event.preventDefault();
      const lines = (event.clipboardData.getData("text") || "").trimEnd().split(/\r?\n/).map((one) => one.split("\t"));
      lines.forEach((line, down) => line.forEach((value, right) => {
        const row = grid.rows[start.parentElement.rowIndex + down];
        const cell = row && row.cells[start.cellIndex + right];
        if (cell && "cell" in cell.dataset && /^\d{1,3}$/.test(value.trim()) && Number(value) <= highest) say(cell, { mark: value.trim() });
      }));
    });
  }

  show();
  if (lessons().length) flush();
})();
