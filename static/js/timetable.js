// The timetable's grid: lessons are dragged, or taken with Enter and put down with Enter.
(() => {
  const planner = document.querySelector("[data-timetable]");
  const grid = planner && planner.querySelector(".hemis-timetable");
  if (!grid) return;
  const answer = document.getElementById("timetable-answer");
  const cells = () => [...grid.querySelectorAll("td[data-day]")];
  let held = null;

  // One cell is in the order of Tab; arrows go to the others.
  const first = grid.querySelector("td[data-day]:not(.is-closed)") || grid.querySelector("td[data-day]");
  if (first) first.tabIndex = 0;

  function hold(thing) {
    drop();
    held = thing;
    thing.classList.add("is-held");
    say(planner.dataset.held);
  }
  function drop() {
    if (held) held.classList.remove("is-held");
    held = null;
  }
  function say(text) {
    answer.textContent = "";
    if (!text) return;
    const line = document.createElement("p");
    line.className = "alert alert-info";
    line.textContent = text;
    answer.append(line);
  }

  function request(thing, cell) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    data.set("back", planner.dataset.back);
    data.set("day", cell.dataset.day);
    data.set("pair", cell.dataset.pair);
    if (thing.dataset.teaching) {
      data.set("teaching", thing.dataset.teaching);
      data.set("view", planner.dataset.view);
      data.set("id", planner.dataset.key);
      return [planner.dataset.place, data];
    }
    const there = cell.querySelector("[data-lesson]");
    if (there && there !== thing) {
      data.set("other", there.dataset.lesson);
      return [planner.dataset.swap.replace("/0/", `/${thing.dataset.lesson}/`), data];
    }
    return [planner.dataset.move.replace("/0/", `/${thing.dataset.lesson}/`), data];
  }

  async function put(thing, cell) {
    if (cell.contains(thing)) { drop(); return; }
    const [url, data] = request(thing, cell);
    planner.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(url, { method: "POST", body: data, headers: { "X-Timetable": "1" } });
      if (reply.status === 204) { location.reload(); return; }
      const text = await reply.text();
      if (/^\s*<!doctype/i.test(text)) { location.reload(); return; }
      answer.innerHTML = text;
      cells().forEach((one) => one.classList.remove("is-clash"));
      cell.classList.add("is-clash");
      answer.scrollIntoView({ block: "nearest" });
      const offer = answer.querySelector("button");
      if (offer) offer.focus();
    } catch {
      say(planner.dataset.lost);
    } finally {
      planner.removeAttribute("aria-busy");
      drop();
    }
  }

  planner.addEventListener("dragstart", (event) => {
    const thing = event.target.closest("[draggable=true]");
    if (!thing) return;
    drop();
    held = thing;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", thing.dataset.lesson || thing.dataset.teaching);
  });
  grid.addEventListener("dragover", (event) => {
    const cell = event.target.closest("td[data-day]");
    if (!cell || !held) return;
    event.preventDefault();
    cells().forEach((one) => one.classList.toggle("is-over", one === cell));
  });
  grid.addEventListener("drop", (event) => {
    const cell = event.target.closest("td[data-day]");
    cells().forEach((one) => one.classList.remove("is-over"));
    if (!cell || !held) return;
    event.preventDefault();
    put(held, cell);
  });
  planner.addEventListener("dragend", () => cells().forEach((one) => one.classList.remove("is-over")));

  function step(cell, key) {
    const row = cell.parentElement;
    const at = [...row.children].indexOf(cell);
    const beside = { ArrowLeft: row.children[at - 1], ArrowRight: row.children[at + 1],
      ArrowUp: row.previousElementSibling && row.previousElementSibling.children[at],
      ArrowDown: row.nextElementSibling && row.nextElementSibling.children[at] }[key];
    if (!beside || !beside.dataset.day) return;
    cells().forEach((one) => { one.tabIndex = -1; });
    beside.tabIndex = 0;
    beside.focus();
  }

  planner.addEventListener("keydown", (event) => {
    const cell = event.target.matches("td[data-day]") ? event.target : null;
    const left = event.target.closest(".hemis-left");
    if (event.key === "Escape" && held) { drop(); say(""); return; }
    if (left && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      hold(left);
      const target = grid.querySelector("td[data-day][tabindex='0']");
      if (target) target.focus();
      return;
    }
    if (!cell) return;
    if (event.key.startsWith("Arrow")) { event.preventDefault(); step(cell, event.key); return; }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (held) { put(held, cell); return; }
    const lesson = cell.querySelector("[data-lesson]");
    if (lesson) { hold(lesson); return; }
    const free = cell.querySelector(".hemis-free");
    if (free) free.click();
  });
})();
