// The switch between light and dark. early.js sets the first mode before the page is painted.

import { get } from "./elements.js";
import { local } from "./storage.js";

export function start() {
  const toggle = get(document, "#theme");
  const { dataset } = document.documentElement;
  // The browser's own bars have the header's colour: that of the mode on the page, whatever the system's is.
  const bars = [...document.querySelectorAll('meta[name="theme-color"]')].filter((bar) => bar instanceof HTMLMetaElement);
  const colours = new Map(bars.map(({ media, content }) => [media.includes("dark") ? "dark" : "light", content]));
  /** @param {string} theme */
  const show = (theme) => {
    dataset.bsTheme = theme;
    toggle.setAttribute("aria-pressed", String(theme === "dark"));
    for (const bar of bars) bar.content = colours.get(theme) ?? bar.content;
  };
  show(dataset.bsTheme ?? "light");
  toggle.addEventListener("click", () => {
    const theme = dataset.bsTheme === "dark" ? "light" : "dark";
    show(theme);
    local.write("theme", theme);
  });
}
