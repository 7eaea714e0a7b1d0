/**
 * A cell that holds a value in JSON, or as Python or numpy print one (pandas writes such cells).
 * Not for what the value means.
 */

/** Deeper nesting is no cell of a table. */
const MOST_DEPTH = 64;

/**
 * The list or object that a cell holds, as JSON or in Python's spelling: quotes of either kind,
 * `None`, `True`, `False`, `nan`, tuples, and lists without commas, as numpy prints them. Undefined
 * where it holds none. Linear in the cell's length.
 */
export function readStructure(cell: string): object | undefined {
  const text = cell.trim();
  const ends = text[0] === "[" ? "]" : text[0] === "{" ? "}" : null;
  if (ends === null || !text.endsWith(ends)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    try {
      return new PythonReader(text).whole() as object;
    } catch {
      return undefined;
    }
  }
}

/** The value of a name that is an object's own; undefined for other values, and where it is null. */
export function ownValue(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name] ?? undefined;
}

/** The value of the first of the names that is an object's own. */
export function firstOwn(value: unknown, names: readonly string[]): unknown {
  for (const name of names) {
    const own = ownValue(value, name);
    if (own !== undefined) return own;
  }
  return undefined;
}

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["None", null],
  ["null", null],
  ["nan", null],
  ["NaN", null],
  ["True", true],
  ["true", true],
  ["False", false],
  ["false", false],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
]);

/** Python's literals, from left to right. Every method throws where the text is none. */
class PythonReader {
  readonly #text: string;
  #place = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#place < this.#text.length) throw new SyntaxError("something follows");
    return value;
  }

  #value(depth: number): unknown {
    if (depth > MOST_DEPTH) throw new SyntaxError("nested too deep");
    this.#skipSpace();
    const first = this.#text[this.#place];
    if (first === "[" || first === "(") return this.#list(first === "[" ? "]" : ")", depth);
    if (first === "{") return this.#object(depth);
    if (first === "'" || first === '"') return this.#string(first);
    return this.#word(depth);
  }

  #list(end: string, depth: number): unknown[] {
    this.#place++;
    const entries: unknown[] = [];
    while (!this.#takes(end)) {
      entries.push(this.#value(depth + 1));
      // numpy puts white space alone between entries.
      this.#takes(",");
    }
    return entries;
  }

  #object(depth: number): Record<string, unknown> {
    this.#place++;
    const entries: [string, unknown][] = [];
    while (!this.#takes("}")) {
      const key = this.#value(depth + 1);
      if (typeof key !== "string" && typeof key !== "number") throw new SyntaxError("no name");
      if (!this.#takes(":")) throw new SyntaxError("no colon");
      entries.push([String(key), this.#value(depth + 1)]);
      if (!this.#takes(",") && this.#text[this.#place] !== "}") throw new SyntaxError("no comma");
    }
    return Object.fromEntries(entries);
  }

  #string(quote: string): string {
    const parts: string[] = [];
    let from = ++this.#place;
    for (;;) {
      const letter = this.#text[this.#place];
      if (letter === undefined) throw new SyntaxError("a text is not closed");
      if (letter !== quote && letter !== "\\") {
        this.#place++;
        continue;
      }
      parts.push(this.#text.slice(from, this.#place++));
      if (letter === quote) return parts.join("");
      parts.push(this.#escape());
      from = this.#place;
    }
  }

  #escape(): string {
    const kind = this.#text[this.#place++] ?? "";
    const digits = kind === "x" ? 2 : kind === "u" ? 4 : kind === "U" ? 8 : 0;
    if (digits === 0) return ESCAPES.get(kind) ?? kind;
    const code = this.#text.slice(this.#place, this.#place + digits);
    if (!/^[0-9a-fA-F]+$/.test(code) || code.length < digits) throw new SyntaxError("no character code");
    this.#place += digits;
    return String.fromCodePoint(Number.parseInt(code, 16));
  }

  /** A number, a word such as `None`, or numpy's `array([…], dtype=object)`. */
  #word(depth: number): unknown {
    const pattern = /[\w.+-]+/y;
    pattern.lastIndex = this.#place;
    const word = pattern.exec(this.#text)?.[0] ?? "";
    this.#place += word.length;
    if (word === "array" && this.#takes("(")) {
      const value = this.#value(depth + 1);
      if (this.#takes(",")) {
        const type = /\s*dtype=['"\w<]+/y;
        type.lastIndex = this.#place;
        this.#place += type.exec(this.#text)?.[0].length ?? 0;
      }
      if (!this.#takes(")")) throw new SyntaxError("an array is not closed");
      return value;
    }
    if (WORDS.has(word)) return WORDS.get(word);
    const number = Number(word);
    if (word === "" || Number.isNaN(number)) throw new SyntaxError("no value");
    return number;
  }

  #takes(letter: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#place] !== letter) return false;
    this.#place++;
    return true;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#place] ?? "")) this.#place++;
  }
}
