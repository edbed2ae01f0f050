// The keys of judging by eye. Without this script, the buttons do the same.

/** What a key stands for: the value of a button, or "undo". */
export const KEYS = new Map([
  ["ArrowLeft", "left"], ["ArrowRight", "right"], ["ArrowDown", "same"], [" ", "same"],
  ["u", "undo"], ["U", "undo"], ["Backspace", "undo"],
]);

let sent = false;

/** @param {HTMLButtonElement | null} button */
function press(button) {
  if (!button || button.disabled || !button.form) return;
  button.classList.add("chosen");
  button.form.requestSubmit(button);
}

document.addEventListener("keydown", event => {
  const meant = KEYS.get(event.key);
  if (!meant || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
  const focused = document.activeElement;
  // The space bar presses what has the focus, as everywhere.
  if (event.key === " " && (focused instanceof HTMLButtonElement || focused instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  press(document.querySelector(meant === "undo" ? "button[form=undo]" : `button[value=${meant}]`));
});

// One answer a page, however fast the keys are.
document.addEventListener("submit", event => {
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => {
  sent = false;
});
