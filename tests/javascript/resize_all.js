// Resizes the pictures on standard input, and writes the extractor's inputs that they become.

import { text } from "node:stream/consumers";

import { toInput } from "../../assets/photo-resize.js";

const cases = JSON.parse(await text(process.stdin));
const inputs = cases.map(({ width, height, pixels, form }) => {
  const data = Uint8Array.from(Buffer.from(pixels, "base64"));
  return Buffer.from(toInput({ width, height, data }, form)).toString("base64");
});
process.stdout.write(JSON.stringify(inputs));
