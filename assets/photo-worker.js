// Searches on the visitor's device, beside the page. It is a plain script, as LiteRT loads its program in a way that
// a worker that is a module does not have; all else is in photo-engine.js.
{
  const loading = import("./photo-engine.js");
  self.addEventListener("message", async ({ data: { id, files, pictures } }) => {
    try {
      const engine = await loading;
      const loaded = (/** @type {number} */ bytes) => self.postMessage({ loaded: bytes });
      self.postMessage({ id, answer: files ? await engine.load(files, loaded) : await engine.search(pictures) });
    } catch (error) {
      self.postMessage({ id, problem: error instanceof Error ? error.message : String(error) });
    }
  });
}
