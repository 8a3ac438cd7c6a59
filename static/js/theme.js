// Before the first paint: follow the system's theme unless the user chose one.
(function () {
  const root = document.documentElement;
  if (!root.dataset.bsTheme && matchMedia("(prefers-color-scheme: dark)").matches) {
    root.dataset.bsTheme = "dark";
  }
})();
