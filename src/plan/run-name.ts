/**
 * What a run may be called: its name stands within sentences, in addresses and in files. Whether it
 * can be a folder's name on every system is the headless runner's to check.
 */

/** Characters that a run's name may have. */
export const LONGEST_NAME = 60;

/**
 * Control characters; line and paragraph separators; what turns the order of the words around a
 * name (Unicode's explicit bidirectional formatting, UAX 9); halves of characters. Names in
 * scripts that run from right to left need none of them.
 */
const UNUSABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u;

/** Why this cannot be a run's name, for a sentence that begins with it; null where it can. */
export function runNameProblem(name: string): string | null {
  if (name.trim() === "") return "must not be empty";
  const [character] = UNUSABLE.exec(name) ?? [];
  if (character !== undefined) return `must not hold ${inWords(character)}`;
  // No object of JavaScript has it as an ordinary key.
  if (name === "__proto__") return "must not be __proto__, which JavaScript keeps for itself";
  return null;
}

/** The name of somebody else's run as one that can be used: what cannot be in it becomes a dash. */
export function usableRunName(name: string): string {
  const usable = name.replaceAll(new RegExp(`${UNUSABLE.source}+`, "gu"), "-");
  return runNameProblem(usable) === null ? usable : "run";
}

/** By its number: shown itself it would do what it is refused for. */
function inWords(character: string): string {
  const number = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  if (/\p{Cc}/u.test(character)) return `the control character ${number}`;
  if (/\p{Surrogate}/u.test(character)) return `half of a character (${number})`;
  if (/[\u2028\u2029]/.test(character)) return `the line separator ${number}`;
  return `${number}, which turns the order of the words around it`;
}
