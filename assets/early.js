// Sets the colour mode, hides the first steps from those who know them, and replaces pictures that fail to load by a placeholder. It is a plain script: a browser
// would paint the page before it runs a module.
{
  const site = document.documentElement.dataset.site?.slice(0, -1) ?? ""; // as in storage.js
  let chosen;
  let known = false;
  try {
    // A visitor who looked at a product before, or said so, needs no first steps: gallery.js writes "start".
    known = ["start", "visits"].some((name) => localStorage.getItem(`akin${site}-${name}`));
    [chosen] = localStorage.getItem(`akin${site}-theme`)?.match(/dark|light/) ?? [];
  } catch {
    // Storage is switched off: the system's mode applies.
  }
  const { scheme } = document.documentElement.dataset; // what the theme shows at first
  const dark = scheme === "dark" || (scheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.bsTheme = chosen ?? (dark ? "dark" : "light");

  if (known) document.documentElement.dataset.start = "over";

  // Errors of pictures do not bubble, so one listener captures them.
  const missing = new URL("missing.svg", /** @type {HTMLScriptElement} */ (document.currentScript).src).pathname;
  document.addEventListener("error", ({ target }) => {
    if (!(target instanceof HTMLImageElement) || target.src.endsWith(missing)) return;
    target.removeAttribute("srcset");
    target.src = missing;
  }, true);
}
