/**
 * The regular expressions of a tokenizer.json, which look ahead, so that they are the platform's to
 * match: held to those whose time is bounded by a power of the text's length. They are looked at as
 * the library has rewritten them. Not for how long a text may be (`tokenizer.ts`).
 */

import type { Tokenizer } from "@huggingface/tokenizers";
import { shortened } from "../errors/shortened";

interface Written {
  /** As the file has it. */
  readonly source: string;
  readonly expression: RegExp;
}

/** A normalizer, pre-tokenizer or decoder of the library, or several in a sequence. */
function writtenIn(part: unknown, deep = 0): Written[] {
  if (part === null || (typeof part !== "object" && typeof part !== "function") || deep > 20) return [];
  const { config, pattern } = part as { config?: { pattern?: { Regex?: unknown } }; pattern?: unknown };
  const source = config?.pattern?.Regex;
  const own = typeof source === "string" && pattern instanceof RegExp ? [{ source, expression: pattern }] : [];
  const lists = Object.values(part).filter((value) => Array.isArray(value));
  return [...own, ...lists.flat().flatMap((inner) => writtenIn(inner, deep + 1))];
}

/**
 * What keeps a tokenizer from being used; null for nothing. The parser of expressions is loaded
 * where there are some.
 */
export async function expressionProblem(library: Tokenizer): Promise<string | null> {
  const written = [library.normalizer, library.pre_tokenizer, library.decoder].flatMap((part) => writtenIn(part));
  if (written.length === 0) return null;
  const { unboundedTime } = await import("../expressions/backtracking");
  for (const { source, expression } of written) {
    const why = unboundedTime(expression);
    const said = `its regular expression "${shortened(source)}"`;
    if (why === "exponential") {
      return (
        `${said} can take time that doubles with every further character of a text, so that it might never end, and ` +
        "no tokenizer needs that"
      );
    }
    if (why === "large") return `${said} is too large to know how long it takes`;
  }
  return null;
}
