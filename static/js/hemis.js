// Small helps on top of pages that work without them.
(function () {
  "use strict";

  function dress(root) {
    if (window.TomSelect) {
      root.querySelectorAll("select[data-tom], select[data-autocomplete]").forEach((select) => {
        if (select.tomselect) return;
        new TomSelect(select, {
          plugins: select.multiple ? ["remove_button"] : [],
          maxOptions: 500,
          placeholder: select.dataset.placeholder || "",
          hidePlaceholder: true,
        });
      });
    }
    root.querySelectorAll("[data-focus]").forEach((one) => one.focus());
  }

  document.addEventListener("DOMContentLoaded", () => dress(document));
  document.addEventListener("htmx:afterSettle", (event) => dress(event.target));

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (form && form.hasAttribute("data-autosubmit")) form.requestSubmit();
    if (event.target.matches("[data-tick-all]")) {
      form.querySelectorAll("input[name=pk]").forEach((box) => { box.checked = event.target.checked; });
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
