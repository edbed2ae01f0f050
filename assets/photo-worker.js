// The worker that searches on the visitor's device. It is a plain script, because LiteRT loads its program in a way
// that module workers do not have. All else is in photo-engine.js.
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
