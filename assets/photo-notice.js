// Shows what went wrong, with a button to retry if that may help.

import { createButton } from "./elements.js";
import { _, written } from "./messages.js";

export class Notice {
  /**
   * @param {HTMLElement} element
   * @param {() => void} retry
   */
  constructor(element, retry) {
    this.element = element;
    this.retry = retry;
    this.counting = 0;
  }

  get isShown() {
    return !this.element.hidden;
  }

  hide() {
    clearInterval(this.counting);
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** @param {import("./problems.js").Problem} problem */
  show({ message, seconds }) {
    this.hide();
    this.element.hidden = false;
    this.element.replaceChildren(`${message} `);
    if (seconds === null) return;
    const until = performance.now() + seconds * 1000;
    const again = createButton({}, () => until <= performance.now() && this.retry());
    const count = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      again.textContent = left > 0 ? _("Try again in {seconds} s", { seconds: written(left) }) : _("Try again");
      again.setAttribute("aria-disabled", String(left > 0));
      if (left <= 0) clearInterval(this.counting);
    };
    this.counting = setInterval(count, 500);
    count();
    this.element.append(again);
  }
}
