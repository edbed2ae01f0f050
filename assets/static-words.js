// Words as a static site's search compares them. bundle/search/words.py does the same for the server's.

const MOST_WORDS = 16;
const LONGEST_WORD = 40;
const [SHORTEST_MISTAKE, SHORTEST_WITH_TWO] = [5, 8];

/** @type {Record<string, string>} */
const LETTERS = {
  æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ß: "ss", ς: "σ",
};
// Accents, and the signs of India's scripts that join letters. Vowel signs are part of a word.
const ACCENTS = new RegExp(
  "[\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a"
  + "\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u093c\\u094d\\u09bc\\u09cd"
  + "\\u0a3c\\u0a4d\\u0abc\\u0acd\\u0b3c\\u0b4d\\u0bcd\\u0c4d\\u0cbc\\u0ccd\\u0d4d\\u0e38-\\u0e3a\\u0e48-\\u0e4b"
  + "\\u0eb8\\u0eb9\\u0ec8-\\u0ecb\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]",
  "gu",
);
const WORD = /(?:[\p{L}\p{N}]|(?=[\u0900-\u1cff])[\p{Mn}\p{Mc}])+/gu;
const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3040-\\u30ff\\u31f0-\\u31ff"
  + "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}\\uac00-\\ud7a3";
const RUN = new RegExp(`([${UNSPACED}]+)`, "u");

/**
 * Returns the words of a text, without case and accents.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function wordsOf(text) {
  const plain = text.normalize("NFKD").toLowerCase().replace(ACCENTS, "").normalize("NFC");
  return plain.replace(/[æœøłđðþıßς]/g, (letter) => LETTERS[letter]).match(WORD) ?? [];
}

/**
 * Returns the words of a search: at most the first 16, each cut to 40 letters.
 *
 * @param {string} text
 */
export const searchedWords = (text) =>
  wordsOf(text).slice(0, MOST_WORDS).map((word) => [...word].slice(0, LONGEST_WORD).join(""));

/**
 * Returns an id, or the beginning of one, without case, accents and signs.
 *
 * @param {string} text
 */
export const codeOf = (text) => wordsOf(text).join("");

/** @param {string} word */
export const isUnspaced = (word) => RUN.test(word);

/**
 * Returns the beginnings of words to look for: a word in a script without spaces is every two letters of it.
 *
 * @param {string} word
 */
export function beginningsOf(word) {
  return word.split(RUN).filter(Boolean).flatMap((run) => {
    const letters = [...run];
    if (letters.length === 1 || !isUnspaced(run)) return [run];
    return letters.slice(1).map((letter, place) => letters[place] + letter);
  });
}

/**
 * Returns how many letters of a word may be wrong.
 *
 * @param {string} word
 */
export function mistakesIn(word) {
  if (word.length < SHORTEST_MISTAKE || !/^\p{L}+$/u.test(word) || isUnspaced(word)) return 0;
  return word.length < SHORTEST_WITH_TWO ? 1 : 2;
}

/**
 * Returns the number of mistakes between two words: optimal string alignment, row by row.
 *
 * @param {string} one
 * @param {string} other
 */
export function editsBetween(one, other) {
  /** @type {number[]} */
  let twoBefore = [];
  /** @type {number[]} */
  let before = [];
  let row = [...other, ""].map((_, place) => place);
  for (let place = 1; place <= one.length; place += 1) {
    [twoBefore, before, row] = [before, row, [place]];
    for (let column = 1; column <= other.length; column += 1) {
      const differs = one[place - 1] === other[column - 1] ? 0 : 1;
      let least = Math.min(before[column] + 1, row[column - 1] + 1, before[column - 1] + differs);
      const isSwap = place > 1 && column > 1 && one[place - 1] === other[column - 2] && one[place - 2] === other[column - 1];
      if (isSwap) least = Math.min(least, twoBefore[column - 2] + 1);
      row.push(least);
    }
  }
  return row[other.length];
}

/**
 * Returns the word of a vocabulary that a mistyped one is taken for, or the word itself.
 *
 * @param {string} word
 * @param {Record<string, number>} vocabulary  each word with how many products have it
 */
export function nearest(word, vocabulary) {
  const most = mistakesIn(word);
  /** @param {(other: string) => boolean} isNear */
  const best = (isNear) => {
    let found = "";
    for (const [other, products] of Object.entries(vocabulary)) {
      if (Math.abs(other.length - word.length) > most || !isNear(other)) continue;
      const [same, sameBefore] = [other[0] === word[0], found[0] === word[0]];
      const before = vocabulary[found] ?? 0;
      const isBetter = same !== sameBefore ? same : products !== before ? products > before : other > found;
      if (!found || isBetter) found = other;
    }
    return found;
  };
  if (!most) return word;
  const near = best((other) => editsBetween(word, other) <= 1);
  const isFar = (/** @type {string} */ other) => other[0] === word[0] && editsBetween(word, other) <= most;
  return near || (most > 1 && best(isFar)) || word;
}
