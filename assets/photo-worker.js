// Searches on the visitor's device, beside the page: LiteRT runs the extractor, and nothing leaves from here.
"use strict";

(() => {
  const LIMIT = 300;
  const scripts = ["photo-resize.js", "photo-vectors.js"].map((name) => import(`./${name}`));

  let model = null;
  let vectors = null;
  let ids = null;
  let form = null;
  let litert = null;

  // --- the download -------------------------------------------------------------------------------

  async function answerOf({ href }) {
    const response = await fetch(href).catch(() => {
      throw new Error("the download broke off");
    });
    if (!response.ok) throw new Error(`${href} answers ${response.status}`);
    return response;
  }

  // A file that arrives in parts takes the memory of the whole from the start, and no more.
  async function fetched(file, arrived) {
    const reader = (await answerOf(file)).body.getReader();
    const whole = new Uint8Array(file.unpacked);
    for (let place = 0; ; ) {
      const { done, value } = await reader.read().catch(() => {
        throw new Error("the download broke off");
      });
      if (done && place === whole.length) return whole;
      if (done || place + value.length > whole.length) throw new Error(`${file.href} is of another size`);
      whole.set(value, place);
      place += value.length;
      arrived((value.length / file.unpacked) * file.bytes);
    }
  }

  async function load(files) {
    let done = 0;
    const arrived = (bytes) => {
      done += bytes;
      postMessage({ loaded: Math.min(done, files.bytes) });
    };
    const named = ["wasm", "model", "centre", "scales", "owners"].filter((name) => files[name]);
    const listed = answerOf(files.ids).then((response) => response.json());
    const wanted = [...named.map((name) => files[name]), ...files.vectors];
    const parts = await Promise.all(wanted.map((file) => fetched(file, arrived)));
    const part = Object.fromEntries(named.map((name, place) => [name, parts[place]]));
    const { Vectors } = await scripts[1];
    vectors = new Vectors({
      described: files.described,
      centre: part.centre ? new Float32Array(part.centre.buffer) : null,
      scales: new Float32Array(part.scales.buffer),
      owners: new Uint32Array(part.owners.buffer),
      shards: parts.slice(named.length).map((bytes) => new Int8Array(bytes.buffer)),
    });
    ids = await listed;
    const { form: described } = files.described;
    form = { ...described, size: described.input_size };
    await begin(files, part);
    arrived(files.script.bytes + files.library.bytes);
  }

  async function begin(files, { wasm, model: content }) {
    // LiteRT looks for a graphics card, which is not used here, and says so where there is none.
    const { warn } = console;
    console.warn = () => {};
    self.Module = { wasmBinary: wasm.buffer, print: () => {}, printErr: () => {} };
    try {
      litert = await import(files.library.href);
      await litert.loadLiteRt(files.script.href);
    } finally {
      console.warn = warn;
    }
    model = await litert.loadAndCompile(content, { accelerator: "wasm" });
  }

  // --- the search ---------------------------------------------------------------------------------

  async function embedding(picture, toInput) {
    const input = new litert.Tensor(toInput(picture, form), [1, form.size, form.size, 3]);
    const [output] = await model.run([input]);
    const numbers = await output.data();
    input.delete();
    output.delete();
    return numbers;
  }

  async function search(pictures) {
    const { toInput } = await scripts[0];
    const embeddings = [];
    const begun = performance.now();
    for (const picture of pictures) embeddings.push(await embedding(picture, toInput));
    const embedded = performance.now();
    const similar = vectors.search(embeddings, LIMIT).map(([position, score]) => [ids[position], score]);
    return { similar, milliseconds: { embedding: embedded - begun, search: performance.now() - embedded } };
  }

  self.addEventListener("message", async ({ data: { id, files, pictures } }) => {
    try {
      postMessage({ id, answer: files ? await load(files) : await search(pictures) });
    } catch (error) {
      postMessage({ id, problem: error.message });
    }
  });
})();
