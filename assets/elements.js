// Finds and makes elements, and checks their type.

/**
 * Returns the first element below `root` that matches a selector, or null if it is not of that kind.
 *
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} [kind]
 * @returns {E | null}
 */
export function find(root, selector, kind = /** @type {any} */ (HTMLElement)) {
  const found = root.querySelector(selector);
  return found instanceof kind ? found : null;
}

/**
 * Does the same for an element that must exist: throws an error if it does not.
 *
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} [kind]
 * @returns {E}
 */
export function get(root, selector, kind) {
  const found = find(root, selector, kind);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

/**
 * Returns all elements below `root` that match a selector and are of a kind.
 *
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} [kind]
 * @returns {E[]}
 */
export function all(root, selector, kind = /** @type {any} */ (HTMLElement)) {
  return /** @type {E[]} */ ([...root.querySelectorAll(selector)].filter((found) => found instanceof kind));
}

/**
 * Returns the element, or its closest ancestor, that matches a selector; null if it is not of that kind.
 *
 * @template {Element} [E=HTMLElement]
 * @param {EventTarget | null} from
 * @param {string} selector
 * @param {new () => E} [kind]
 * @returns {E | null}
 */
export function closest(from, selector, kind = /** @type {any} */ (HTMLElement)) {
  const found = from instanceof Element ? from.closest(selector) : null;
  return found instanceof kind ? found : null;
}

/**
 * Makes an element with the given properties and children.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Partial<Omit<HTMLElementTagNameMap[K], "style" | "dataset">>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function create(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * Makes a button that calls `action` when it is pressed.
 *
 * @param {Partial<Omit<HTMLButtonElement, "style" | "dataset">>} properties
 * @param {() => void} action
 */
export function createButton(properties, action) {
  const button = create("button", { type: "button", className: "button", ...properties });
  button.addEventListener("click", action);
  return button;
}

/**
 * Moves the focus to an element, or to the page's content if there is none, without scrolling.
 *
 * @param {HTMLElement | null | undefined} element
 */
export function focus(element) {
  (element ?? document.getElementById("main"))?.focus({ preventScroll: true });
}
