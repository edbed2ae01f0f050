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
