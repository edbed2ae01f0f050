// Starts the scripts that only some pages need: an element that names one with `data-module` gets what its
// module exports as `start`, and what that returns is called once the element has left the page.
(() => {
  "use strict";

  const running = new Map();

  // The element's style says that it does nothing; the page is of use without it.
  function fail(element, error) {
    console.error(error);
    element.dataset.failed = "";
    return () => {};
  }

  function look() {
    for (const [element, begun] of running) {
      if (element.isConnected) continue;
      running.delete(element);
      begun.then((stop) => stop());
    }
    for (const element of document.querySelectorAll("[data-module]")) {
      if (running.has(element)) continue;
      const begun = import(element.dataset.module).then(({ start }) => start(element));
      running.set(element, begun.catch((error) => fail(element, error)));
    }
  }

  look();
  new MutationObserver(look).observe(document.getElementById("main"), { childList: true, subtree: true });
})();
