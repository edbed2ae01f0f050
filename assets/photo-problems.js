// What went wrong, as a sentence for the visitor.

export class Problem extends Error {
  // `seconds` is how long to wait before it is worth another try, null where another try is of no use.
  constructor(sentence, { seconds = null } = {}) {
    super(sentence);
    this.seconds = seconds;
  }
}

export const offline = () => new Problem("The shop cannot be reached. Are you online?", { seconds: 0 });

// The problem that a server's answer is.
export async function problemOf(response) {
  const text = await response.text().catch(() => "");
  const wait = Number(response.headers.get("Retry-After"));
  const again = response.status === 429 || response.status >= 500;
  return new Problem(sentenceIn(text) || `The shop answers with an error (${response.status}).`, {
    seconds: again ? wait || 0 : null,
  });
}

function sentenceIn(text) {
  if (text.startsWith("<")) return "";
  try {
    return JSON.parse(text).detail ?? "";
  } catch {
    return text.trim().slice(0, 400);
  }
}
