// Forgets what this browser keeps for the shop; what was looked at and picked, visits.js forgets as well.

export function start(root) {
  const ending = new AbortController();
  const forget = () => {
    try {
      for (const storage of [localStorage, sessionStorage]) {
        for (const name of Object.keys(storage)) if (name.startsWith("akin-")) storage.removeItem(name);
      }
    } catch {
      // Storage is switched off: nothing was kept in it.
    }
    root.querySelector("[role=status]").textContent = "Forgotten.";
  };
  root.querySelector("button").addEventListener("click", forget, { signal: ending.signal });
  return () => ending.abort();
}
