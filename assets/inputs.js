// Interprets keys and clicks, in the same way for every script.

/** The arrow keys, each with its steps to the right and down. @type {Readonly<Record<string, [number, number]>>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Whether Ctrl, Alt or Meta is held down, so that the key belongs to a shortcut of the browser or the system.
 *
 * @param {KeyboardEvent | MouseEvent} event
 */
export const isShortcut = ({ altKey, ctrlKey, metaKey }) => altKey || ctrlKey || metaKey;

/**
 * Whether a click follows a link in this tab.
 *
 * @param {MouseEvent} event
 */
export const isPlainClick = (event) => event.button === 0 && !event.shiftKey && !isShortcut(event);

/**
 * Whether an element belongs to a field, which takes the keys itself.
 *
 * @param {EventTarget | null} target
 */
export const isField = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

/**
 * Returns 1 for the arrow key that leads onwards in the page's direction of reading, -1 for the one back, 0 for others.
 *
 * @param {string} key
 */
export function stepOf(key) {
  const [right] = ARROWS[key] ?? [0];
  return right && document.documentElement.dir === "rtl" ? -right : right;
}
