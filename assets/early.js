// Runs before anything is painted: the colour mode, and a stand-in for pictures that do not arrive.
(() => {
  "use strict";

  let chosen = null;
  try {
    chosen = localStorage.getItem("akin-theme");
  } catch {
    // Storage can be switched off; the system's mode then applies.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = chosen ?? (dark ? "dark" : "light");

  // Errors of pictures do not bubble, so one listener hears them on their way down.
  const missing = "/assets/missing.svg";
  document.addEventListener("error", ({ target }) => {
    if (!(target instanceof HTMLImageElement) || target.src.endsWith(missing)) return;
    target.removeAttribute("srcset");
    target.src = missing;
  }, true);
})();
