/** Keys that an object of JSON has more than once: readers keep the last value, without a word. */

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/gs;
const KEY_OR_BRACKET = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/gs;

/**
 * The keys that stand more than once in an object of a text of JSON, each once, in their order; of
 * the outermost object also those that differ in white space alone, which name one column.
 * @param value what the text was read as
 */
export function keysTwice(text: string, value: unknown): string[] {
  return isSuspect(text, value) ? repeatedKeys(text) : [];
}

/** Fewer members than colons outside of texts, or a key with white space around it. */
function isSuspect(text: string, value: unknown): boolean {
  if (isNested(value) && !Array.isArray(value) && Object.keys(value).some((key) => key !== key.trim())) return true;
  let members = 0;
  const open = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (!isNested(one)) continue;
    const own = Object.values(one);
    if (!Array.isArray(one)) members += own.length;
    for (const inner of own) if (isNested(inner)) open.push(inner);
  }
  return text.replace(STRING, "").split(":").length - 1 > members;
}

const isNested = (value: unknown): value is object => typeof value === "object" && value !== null;

function repeatedKeys(text: string): string[] {
  const twice = new Set<string>();
  const open: Set<string>[] = [];
  for (const [token, written, colon] of text.matchAll(KEY_OR_BRACKET)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (written !== undefined && colon !== undefined) {
      const key = JSON.parse(written) as string;
      const name = open.length === 1 ? key.trim() : key;
      const known = open.at(-1);
      if (known?.has(name)) twice.add(name);
      known?.add(name);
    }
  }
  return [...twice];
}
