// Runs before anything is painted: the colour mode, and a stand-in for pictures that do not arrive. It is a
// plain script, as the browser would paint before it runs a module.
{
  const site = document.documentElement.dataset.site?.slice(0, -1) ?? ""; // as in storage.js
  let chosen;
  try {
    [chosen] = localStorage.getItem(`akin${site}-theme`)?.match(/dark|light/) ?? [];
  } catch {
    // Storage is switched off: the system's mode then applies.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = chosen ?? (dark ? "dark" : "light");

  // Errors of pictures do not bubble, so one listener hears them on their way down.
  const missing = new URL("missing.svg", /** @type {HTMLScriptElement} */ (document.currentScript).src).pathname;
  document.addEventListener("error", ({ target }) => {
    if (!(target instanceof HTMLImageElement) || target.src.endsWith(missing)) return;
    target.removeAttribute("srcset");
    target.src = missing;
  }, true);
}
