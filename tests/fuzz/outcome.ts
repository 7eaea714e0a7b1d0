/** What reading a fuzzed input came to, and whether an error's message is one to show a person. */

import type { FuzzInput } from "./kind";

export const outcomes = ["accepted", "refused", "wording", "unclear", "silent", "hang", "memory"] as const;
export type OutcomeKind = (typeof outcomes)[number];

export interface Outcome {
  readonly kind: OutcomeKind;
  /** The message, or what was silently wrong. */
  readonly message: string;
}

/** Characters of the input that a message may quote in a row. */
const MOST_QUOTED = 300;
const LONGEST_MESSAGE = 2000;

/** What only a programmer can read, or what JavaScript says when nobody looked. */
const UNCLEAR =
  /is not a function|is not iterable|Cannot (read|set|destructure|convert|mix)|Cannot access|is not defined|\[object |Maximum call stack|Invalid (array|string|typed array) length|Array buffer allocation|offset is out of bounds|Invalid regular expression:|is not a constructor|out of range|Invalid count value/;

/** Reads an input and says what came of it. */
export async function outcomeOf(input: FuzzInput): Promise<Outcome> {
  try {
    const wrong = await input.read();
    return wrong === null ? { kind: "accepted", message: "" } : { kind: "silent", message: wrong };
  } catch (error) {
    if (!(error instanceof Error)) return { kind: "unclear", message: String(error) };
    const raw = [TypeError, SyntaxError, ReferenceError, URIError].some((type) => error.constructor === type);
    return { kind: raw ? "unclear" : judgeMessage(error.message, input.text), message: error.message };
  }
}

export function judgeMessage(message: string, text: string): "refused" | "wording" | "unclear" {
  if (message.trim() === "" || UNCLEAR.test(outsideQuotes(message))) return "unclear";
  if (/\bundefined\b/.test(outsideQuotes(message))) return "wording";
  if (message.length > LONGEST_MESSAGE || quotesTooMuch(message, text)) return "wording";
  return "refused";
}

/** What a file itself says, such as a column called "undefined", is quoted. */
function outsideQuotes(message: string): string {
  return message.replace(/"[^"]*"/g, '""').replace(/'[^']*'/g, "''");
}

function quotesTooMuch(message: string, text: string): boolean {
  for (let from = 0; from + MOST_QUOTED < message.length; from++) {
    if (text.includes(message.slice(from, from + MOST_QUOTED + 1))) return true;
  }
  return false;
}
