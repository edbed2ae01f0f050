// Finds and makes elements, each known by its kind.

/**
 * The first element below `root` that a selector names, or null where there is none of that kind.
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
 * The same for an element that has to be there: throws an error where it is not.
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
 * All elements below `root` that a selector names and that are of a kind.
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
 * The element itself, or the closest one around it, that a selector names; null where there is none of that kind.
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
 * A new element with the given properties and children.
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
 * A button that does something when it is pressed.
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
 * Moves the focus to an element, or to the page's content where there is none, without scrolling.
 *
 * @param {HTMLElement | null | undefined} element
 */
export function focus(element) {
  (element ?? document.getElementById("main"))?.focus({ preventScroll: true });
}
