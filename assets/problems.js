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
  const { detail, code } = saidIn(text);
  const again = [408, 429].includes(response.status) || response.status >= 500 || code === "photo-broken-off";
  // What programs are answered is English, and so is an answer that names no language.
  const isSaid = (response.headers.get("Content-Language") ?? "en") === language;
  return new Problem((isSaid && detail) || sentenceOfCode(code) || sentenceFor(response.status), {
    seconds: again ? wait || 0 : null,
  });
}

/**
 * What the shop’s answer means, by its code; empty for one without.
 *
 * @param {string} code
 */
function sentenceOfCode(code) {
  switch (code) {
    case "photo-unsupported": return _("This file is not a photo that can be read. JPEG, PNG, WebP and HEIC can be.");
    case "photo-unusable": return _("This photo cannot be used: it is damaged, animated or too large. Try another one.");
    case "photo-too-large": return _("The photo is too large.");
    case "photo-late": return _("The photo did not arrive in time. Is the connection slow?");
    case "photo-broken-off": return _("The photo did not arrive whole.");
    case "photos-too-often": return _("Too many photos were sent in a short time.");
    case "busy": return _("The shop’s server is busy.");
    default: return "";
  }
}

/** @param {number} status */
function sentenceFor(status) {
  if (status === 413) return _("The photo is too large.");
  if (status === 429) return _("Too many photos were sent in a short time.");
  if (status === 503) return _("The shop’s server is busy.");
  return _("The shop answers with an error ({status}).", { status: String(status) });
}

/**
 * The sentence and the code of an answer, each empty where it has none.
 *
 * @param {string} text
 * @returns {{ detail: string, code: string }}
 */
function saidIn(text) {
  if (text.startsWith("<")) return { detail: "", code: "" };
  try {
    const { detail = "", code = "" } = JSON.parse(text);
    return { detail, code };
  } catch {
    return { detail: text.trim().slice(0, 400), code: "" };
  }
}
