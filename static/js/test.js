// A test that survives a lost connection: every answer is kept in the browser first, then sent until the server has it.
// The clock shown here only shows: the server decides when the time is over.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("test");
    if (!form) return;
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const say = (name) => form.querySelector(`[data-text-${name}]`).textContent;
    const saved = form.querySelector("[data-saved]"), offline = form.querySelector("[data-offline]");
    const clock = form.querySelector("[data-clock]");
    // What still has to be sent; and all that was said, so that a page drawn before the last answer arrived is mended.
    const queue = new Map(), said = new Map();
    let ends = performance.now() + Number(form.dataset.left) * 1000;
    let sending = false, finished = false;

    function value(question) {
      const kind = question.dataset.kind;
      if (kind === "matching") {
        const chosen = {};
        question.querySelectorAll("select").forEach((one) => { if (one.value) chosen[one.dataset.half] = Number(one.value); });
        return { chosen, text: "" };
      }
      if (kind === "single" || kind === "several") {
        return { chosen: [...question.querySelectorAll("input:checked")].map((one) => Number(one.value)), text: "" };
      }
      return { chosen: [], text: question.querySelector("[name^=text_]").value };
    }

    function put(question, answer) {
      const kind = question.dataset.kind;
      if (kind === "matching") {
        question.querySelectorAll("select").forEach((one) => { one.value = (answer.chosen || {})[one.dataset.half] || ""; });
      } else if (kind === "single" || kind === "several") {
        question.querySelectorAll("input[type=radio], input[type=checkbox]").forEach((one) => { one.checked = (answer.chosen || []).includes(Number(one.value)); });
      } else {
        question.querySelector("[name^=text_]").value = answer.text || "";
      }
    }

    function mark(question) {
      const { chosen, text } = value(question);
      const given = text.trim() || (Array.isArray(chosen) ? chosen.length : Object.keys(chosen).length);
      form.querySelector(`[data-mark="${question.dataset.question}"]`).classList.toggle("btn-primary", Boolean(given));
      form.querySelector("[data-answered]").textContent = form.querySelectorAll("[data-mark].btn-primary").length;
    }

    function keep() {
      try { localStorage.setItem(form.dataset.key, JSON.stringify([...said])); } catch (error) { /* Private mode: memory alone. */ }
    }

    function changed(question) {
      const at = Math.max(Date.now(), Number(question.dataset.at) + 1);
      question.dataset.at = at;
      question.querySelector("[name^=at_]").value = at;
      const answer = { position: Number(question.dataset.question), at, ...value(question) };
      queue.set(question.dataset.question, answer);
      said.set(question.dataset.question, answer);
      keep();
      mark(question);
      send();
    }

    async function send() {
      if (sending || finished || !queue.size) return;
      sending = true;
      saved.textContent = say("saving");
      const [key, sent] = queue.entries().next().value;
      try {
        const answer = await fetch(form.dataset.answer, {
          method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(sent),
        });
        // A page instead of an answer: the session of the account has ended. Nothing is lost; signing in brings one back.
        if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("no answer");
        const data = await answer.json();
        if (answer.status === 409 && data.over) { over(); return; }
        offline.hidden = true;
        if (queue.get(key) === sent) queue.delete(key);
        if (data.left !== undefined) ends = performance.now() + data.left * 1000;
        if (data.taken === false && !queue.has(key)) {
          const question = form.querySelector(`[data-question="${key}"]`);
          put(question, data);
          mark(question);
          said.delete(key);
          keep();
        }
        if (!queue.size) saved.textContent = say("saved");
      } catch (error) {
        offline.hidden = false;
        setTimeout(send, 3000);
        return;
      } finally {
        sending = false;
      }
      send();
    }

    function over() {
      finished = true;
      saved.textContent = say("over");
      try { localStorage.removeItem(form.dataset.key); } catch (error) { /* Nothing was kept. */ }
      window.location.href = form.dataset.result;
    }

    function tick() {
      const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      clock.classList.toggle("text-danger", left < 60);
      // A moment later than the server's own end, so that it has ended there.
      if (left <= 0 && !finished && navigator.onLine) setTimeout(over, 1500);
      else setTimeout(tick, 1000);
    }

    form.querySelectorAll("[data-question]").forEach((question) => {
      let typing = null;
      question.addEventListener("change", () => changed(question));
      question.addEventListener("input", (event) => {
        if (!event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])")) return;
        clearTimeout(typing);
        typing = setTimeout(() => changed(question), 800);
      });
      mark(question);
    });
    // What an earlier page of this session could not send any more, or sent too late for this page to show it.
    try {
      new Map(JSON.parse(localStorage.getItem(form.dataset.key) || "[]")).forEach((answer, key) => {
        const question = form.querySelector(`[data-question="${key}"]`);
        if (!question || answer.at <= Number(question.dataset.at)) return;
        question.dataset.at = answer.at;
        put(question, answer);
        mark(question);
        queue.set(key, answer);
        said.set(key, answer);
      });
    } catch (error) { /* Nothing readable was kept. */ }
    form.addEventListener("submit", () => {
      finished = true;
      try { localStorage.removeItem(form.dataset.key); } catch (error) { /* Nothing was kept. */ }
    });
    window.addEventListener("online", send);
    if (!queue.size && form.querySelector("[data-mark].btn-primary")) saved.textContent = say("saved");
    send();
    tick();
  });
})();
