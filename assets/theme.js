// The switch between light and dark. early.js sets the first mode before the page is painted.

import { get } from "./elements.js";
import { local } from "./storage.js";

export function start() {
  const toggle = get(document, "#theme");
  const { dataset } = document.documentElement;
  /** @param {string} theme */
  const show = (theme) => {
    dataset.bsTheme = theme;
    toggle.setAttribute("aria-pressed", String(theme === "dark"));
  };
  show(dataset.bsTheme ?? "light");
  toggle.addEventListener("click", () => {
    const theme = dataset.bsTheme === "dark" ? "light" : "dark";
    show(theme);
    local.write("theme", theme);
  });
}
