// Small helps on top of pages that work without them.
(function () {
  "use strict";

  function dress(root) {
    reachable(root);
    if (window.TomSelect) {
      root.querySelectorAll("select[data-tom], select[data-autocomplete]").forEach((select) => {
        if (select.tomselect) return;
        const settings = {
          plugins: select.multiple ? ["remove_button"] : [],
          maxOptions: 500,
          placeholder: select.dataset.placeholder || "",
          hidePlaceholder: true,
        };
        const url = select.dataset.optionsUrl;
        if (url) {
          settings.valueField = "value";
          settings.labelField = "text";
          settings.searchField = [];  // The server finds, in any script and spelling.
          settings.load = (typed, done) => {
            fetch(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } })
              .then((answer) => answer.json()).then((data) => done(data.results)).catch(() => done());
          };
        }
        new TomSelect(select, settings);
        // The control beside it has the label; the select itself is only the value.
        select.setAttribute("aria-hidden", "true");
      });
    }
    draw(root);
    root.querySelectorAll("[data-focus]").forEach((one) => one.focus());
  }

  // The chart library is fetched only by a page that has a chart.
  const fetched = {};
  function script(url) {
    fetched[url] = fetched[url] || new Promise((done, fail) => {
      const one = document.createElement("script");
      one.src = url;
      one.onload = done;
      one.onerror = fail;
      document.head.append(one);
    });
    return fetched[url];
  }
  function draw(root) {
    root.querySelectorAll("canvas[data-chart]").forEach((canvas) => {
      script(canvas.dataset.library).then(() => script(canvas.dataset.drawing)).then(() => window.hemisDraw(canvas));
    });
  }

  // On a phone the rows come first: filters unfold when asked for, or when some are chosen.
  function fold() {
    if (!matchMedia("(max-width: 40rem)").matches) return;
    document.querySelectorAll("details.hemis-more:not([data-chosen])").forEach((one) => { one.open = false; });
  }

  // A table wider than its room is scrolled by the keyboard too.
  function reachable(root) {
    root.querySelectorAll(".table-responsive:not([tabindex])").forEach((one) => {
      if (one.scrollWidth <= one.clientWidth) return;
      const heading = one.closest(".card, section, main")?.querySelector("h1, h2, h3, .card-title");
      one.tabIndex = 0;
      one.setAttribute("role", "region");
      one.setAttribute("aria-label", heading?.textContent.trim() || document.title);
    });
  }

  document.addEventListener("DOMContentLoaded", () => { dress(document); fold(); });
  document.addEventListener("htmx:afterSettle", (event) => dress(event.target));

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  // A whole page instead of a part: the session ended, or something went wrong. Show it as a page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const xhr = event.detail.xhr;
    if (/^\s*<!doctype/i.test(xhr.responseText)) {
      event.detail.shouldSwap = false;
      window.location.href = xhr.status < 400 ? xhr.responseURL : event.detail.requestConfig.path;
    }
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (form && form.hasAttribute("data-autosubmit")) form.requestSubmit();
    if (event.target.matches("[data-tick-all]")) {
      const names = event.target.dataset.tickAll;
      form.querySelectorAll(names ? `input[name=${names}]` : "input[name=pk], input[name=line], input[name=aside]").forEach((box) => { box.checked = event.target.checked; });
    }
    if (form && form.dataset.warn) form.dataset.touched = "1";
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-warn]");
    if (form) form.dataset.touched = "1";
  });
  document.addEventListener("submit", (event) => {
    event.target.dataset.touched = "";
    const question = event.submitter && event.submitter.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-touched='1']")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const field = document.getElementById(copy.dataset.copy);
      field.select();
      if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(() => { copy.textContent = copy.dataset.done; });
    }
    document.querySelectorAll("details.hemis-dropdown[open]").forEach((one) => {
      if (!one.contains(event.target)) one.open = false;
    });
    const back = event.target.closest("a[data-back]");
    if (back) {
      const kept = sessionStorage.getItem("list:" + back.getAttribute("href"));
      if (kept) back.search = kept;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll("details.hemis-dropdown[open]").forEach((one) => { one.open = false; });
    }
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing) {
      const search = document.querySelector("[data-hotkey='/']");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });

  // Filters are kept when one comes back from a card to its list.
  function keep() {
    if (document.getElementById("filters")) {
      sessionStorage.setItem("list:" + location.pathname, location.search);
    }
  }
  window.addEventListener("pagehide", keep);
  document.addEventListener("htmx:pushedIntoHistory", keep);
})();
