// Describes the colours of the pictures on standard input, and writes the reduced pictures and the descriptors.

import { text } from "node:stream/consumers";

import { descriptorOf, reduced } from "../../assets/photo-colour.js";

const cases = JSON.parse(await text(process.stdin));
const found = cases.map(({ width, height, pixels }) => {
  const picture = { width, height, data: Uint8Array.from(Buffer.from(pixels, "base64")) };
  const encoded = (bytes) => Buffer.from(bytes).toString("base64");
  return { reduced: encoded(reduced(picture).data), descriptor: encoded(descriptorOf(picture)) };
});
process.stdout.write(JSON.stringify(found));
