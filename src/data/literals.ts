/**
 * A cell that holds a list or an object: as JSON, as Python prints it (what pandas writes into a
 * CSV), as numpy does (lists without commas), or as Postgres writes arrays (`{a,b}`). Not for what
 * such a value means to a task.
 */

/** Deeper than any data of people; bounds the reader's own stack. */
const DEEPEST = 64;

/**
 * The value of a cell that begins with `[`, `{` or `(`, or with numpy's `array(`; undefined where
 * it is no such thing, is not complete, or numpy left entries out (`...`). Python's None and nan
 * are null, tuples and sets are lists. Takes time in proportion to the cell.
 * @param twice gets the keys that stand more than once in a dictionary of what is no JSON; of the
 * outermost one also those that differ in white space alone (of JSON `keysTwice` finds them)
 */
export function readStructure(cell: string, twice?: Set<string>): object | undefined {
  const text = cell.trim();
  if (!/^(?:[[{(]|(?:array|(?:frozen)?set)\()/.test(text)) return undefined;
  if (/^(?:frozen)?set\(\)$/.test(text)) return [];
  const json = readJson(text);
  if (json !== undefined) return json;
  try {
    const reader = new PythonReader(text, twice);
    const value = reader.value(0);
    return reader.isAtEnd() ? (value as object) : undefined;
  } catch (error) {
    if (error instanceof NotPython) return undefined;
    throw error;
  }
}

/**
 * The value of a name that is an object's own; undefined for other values, and where it is null.
 */
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

function readJson(text: string): object | undefined {
  if (!/[\]}]$/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

class NotPython extends Error {}

/** Also of numpy's spelling: a comma between entries may be left out. */
class PythonReader {
  readonly #text: string;
  #place = 0;
  /** Whether the last value was a word without quotes. */
  #isBareWord = false;
  readonly #twice: Set<string> | undefined;

  constructor(text: string, twice: Set<string> | undefined) {
    this.#text = text;
    this.#twice = twice;
  }

  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#place === this.#text.length;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST) throw new NotPython();
    this.#skipSpace();
    this.#isBareWord = false;
    const first = this.#text[this.#place];
    if (first === "[") return this.#entries("]", depth);
    if (first === "(") return depth === 0 ? this.#tuple() : this.#entries(")", depth);
    if (first === "{") return this.#dictionary(depth);
    if (first === "'" || first === '"') return this.#string();
    return this.#wrapped(depth) ?? this.#word();
  }

  #skipSpace(): void {
    this.#match(/\s*/y);
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#place;
    const found = expression.exec(this.#text);
    if (found) this.#place = expression.lastIndex;
    return found;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#place] !== character) return false;
    this.#place++;
    return true;
  }

  /** Where a comma is left out, an entry must show by itself where it ends. */
  #entries(end: string, depth: number): unknown[] {
    this.#place++;
    const entries: unknown[] = [];
    while (!this.#take(end)) {
      const entry = this.value(depth + 1);
      if (!this.#take(",") && this.#isBareWord && this.#text[this.#place] !== end) throw new NotPython();
      entries.push(entry);
    }
    this.#isBareWord = false;
    return entries;
  }

  /** By itself it has a comma and no word without quotes: else it is a remark in brackets. */
  #tuple(): unknown[] {
    this.#place++;
    const entries: unknown[] = [];
    while (!this.#take(")")) {
      entries.push(this.value(1));
      const isLast = !this.#take(",");
      if (this.#isBareWord || (isLast && (entries.length === 1 || this.#text[this.#place] !== ")")))
        throw new NotPython();
    }
    return entries;
  }

  /** The entries after the first of what has no colon behind it. */
  #set(first: unknown, depth: number): unknown[] {
    const entries = [first];
    while (!this.#take("}")) {
      if (!this.#take(",")) throw new NotPython();
      if (!this.#take("}")) entries.push(this.value(depth + 1));
      else break;
    }
    this.#isBareWord = false;
    return entries;
  }

  /** Or a set. */
  #dictionary(depth: number): unknown {
    this.#place++;
    const pairs: [string, unknown][] = [];
    const known = new Set<string>();
    while (!this.#take("}")) {
      const first = this.value(depth + 1);
      const isKey = this.#take(":");
      if (!isKey && pairs.length > 0) throw new NotPython();
      if (!isKey) return this.#set(first, depth);
      const key = String(first);
      const name = depth === 0 ? key.trim() : key;
      if (known.has(name)) this.#twice?.add(name);
      known.add(name);
      pairs.push([key, this.value(depth + 1)]);
      if (!this.#take(",") && this.#text[this.#place] !== "}") throw new NotPython();
    }
    this.#isBareWord = false;
    return Object.fromEntries(pairs);
  }

  #string(): string {
    const found = this.#match(/'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"/sy);
    if (!found) throw new NotPython();
    return (found[1] ?? found[2]!).replace(ESCAPE, unescapeOne);
  }

  /** `array(['a'], dtype=object)`, `list(['a'])`: what numpy prints around nested lists. */
  #wrapped(depth: number): unknown[] | undefined {
    if (!this.#match(/(?:array|list|tuple|(?:frozen)?set)\((?=\s*[[({])/y)) return undefined;
    const value = this.value(depth + 1);
    this.#match(/\s*,\s*dtype=[\w.<'"]+/y);
    if (!this.#take(")") || !Array.isArray(value)) throw new NotPython();
    return value;
  }

  #word(): unknown {
    const word = this.#match(/[^\s,[\](){}:'"]+/y)?.[0];
    if (word === undefined) throw new NotPython();
    if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word];
    // numpy writes whole numbers as `1.`, and leaves entries of a long list out as `...`.
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word)) return Number(word);
    if (!/^[\p{L}\p{N}_+-][\p{L}\p{N}_.+-]*$/u.test(word)) throw new NotPython();
    this.#isBareWord = true;
    return word;
  }
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  ...{ True: true, False: false, true: true, false: false },
  ...{ None: null, nan: null, NaN: null, null: null },
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;
const NAMED_ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function unescapeOne(_: string, two?: string, four?: string, eight?: string, single = ""): string {
  const code = two ?? four ?? eight;
  if (code === undefined) return Object.hasOwn(NAMED_ESCAPES, single) ? NAMED_ESCAPES[single]! : single;
  const point = Number.parseInt(code, 16);
  return point > 0x10ffff ? "\uFFFD" : String.fromCodePoint(point);
}
