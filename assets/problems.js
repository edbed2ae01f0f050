// Errors, with a sentence for the visitor.

import { _, language } from "./messages.js";

export class Problem extends Error {
  /**
   * @param {string} sentence
   * @param {{ seconds?: number | null }} [options]  how long to wait before a retry; null if a retry is
   *   of no use
   */
  constructor(sentence, { seconds = null } = {}) {
    super(sentence);
    this.seconds = seconds;
  }
}

/**
 * Sends a request to the shop. Throws a `Problem` if the shop cannot be reached or answers with an error.
 *
 * @param {string} address
 * @param {RequestInit} [options]
 */
export async function ask(address, options) {
  const response = await fetch(address, options).catch(() => {
    throw new Problem(_("The shop cannot be reached. Are you online?"), { seconds: 0 });
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** @param {unknown} error */
export const sentenceOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {Response} response */
async function problemOf(response) {
  const text = await response.text().catch(() => "");
  const wait = Number(response.headers.get("Retry-After"));
  const again = response.status === 429 || response.status >= 500;
  // What programs are answered is English, and so is an answer that names no language.
  const isSaid = (response.headers.get("Content-Language") ?? "en") === language;
  return new Problem((isSaid && sentenceIn(text)) || sentenceFor(response.status), {
    seconds: again ? wait || 0 : null,
  });
}

/** @param {number} status */
function sentenceFor(status) {
  if (status === 413) return _("The photo is too large.");
  if (status === 429) return _("Too many photos were sent in a short time.");
  if (status === 503) return _("The shop’s server is busy.");
  return _("The shop answers with an error ({status}).", { status: String(status) });
}

/** @param {string} text */
function sentenceIn(text) {
  if (text.startsWith("<")) return "";
  try {
    return JSON.parse(text).detail ?? "";
  } catch {
    return text.trim().slice(0, 400);
  }
}
