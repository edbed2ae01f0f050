// What keys and pointers mean, for every script alike.

/** The arrow keys, with how far each goes to the right and down. @type {Readonly<Record<string, [number, number]>>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Whether a key other than Shift is held down that makes a shortcut of the browser's or the system's.
 *
 * @param {KeyboardEvent | MouseEvent} event
 */
export const isShortcut = ({ altKey, ctrlKey, metaKey }) => altKey || ctrlKey || metaKey;

/**
 * Whether a click follows a link, rather than opening it elsewhere.
 *
 * @param {MouseEvent} event
 */
export const isPlainClick = (event) => event.button === 0 && !event.shiftKey && !isShortcut(event);

/**
 * Whether what is typed goes into a field.
 *
 * @param {EventTarget | null} target
 */
export const isField = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
