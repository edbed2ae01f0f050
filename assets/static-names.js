// The names of a static site's files. dashapp/document/static_addresses.py makes the same names.

const LONGEST = 180;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/su;

/** @param {string} letter */
function escaped(letter) {
  return [...new TextEncoder().encode(letter)].map((byte) => `~${byte.toString(16).padStart(2, "0")}`).join("");
}

/**
 * Returns a path of safe file names that no other text has.
 *
 * @param {string} text
 */
export function fileName(text) {
  const letters = [...text];
  const small = letters.map((letter) => (/[A-Z]/.test(letter) ? letter.toLowerCase() : letter));
  const isInside = (/** @type {number} */ place) => place > 0 && place < letters.length - 1;
  const isPlain = (/** @type {string} */ letter, /** @type {number} */ place) =>
    /[a-z0-9_-]/.test(letter) || (letter === "." && isInside(place));
  const parts = small.map((letter, place) => (isPlain(letter, place) ? letter : escaped(letter)));
  if (RESERVED.test(small.join(""))) parts[0] = escaped(small[0]);
  let capitals = 0n;
  letters.forEach((letter, place) => {
    if (/[A-Z]/.test(letter)) capitals |= 1n << BigInt(place);
  });
  const name = parts.join("") + (capitals ? `~~${capitals.toString(16)}` : "");
  const cuts = [];
  for (let cut = 0; cut < Math.max(name.length, 1); cut += LONGEST) cuts.push(name.slice(cut, cut + LONGEST));
  return cuts.join("~/");
}
