/**
 * Jinja that others wrote, rendered within bounds: steps of its interpreter, what they go over and
 * build, and its own length. The library's interpreter has none, so that `range(1000000000)` ends
 * the tab. Not for finding a template or for what it is given.
 */

import { Environment, Interpreter, Template } from "@huggingface/jinja";
import { shortened } from "../errors/shortened";

export const TEMPLATE_LIMITS = {
  /** Characters of a template; the longest that are published have some 30,000. */
  source: 200_000,
  /** Blanks in a row: the time that the library takes to read them is their square. */
  blanks: 1000,
  /**
   * Nodes that are evaluated; a turn of a conversation takes some dozens. A turn of a loop counts
   * for `turn` of them: it makes a scope of its own.
   */
  steps: 300_000,
  turn: 10,
  /**
   * Characters of texts and entries of lists that its steps may go over, all of them together: one
   * step may reverse, divide or replace in a whole text. An entry of a new list counts for more.
   */
  work: 2 ** 25,
  /** Characters of a text, and entries of a list, that it may build. */
  text: 2 ** 23,
  list: 100_000,
} as const;

/** What an entry that is made costs, in characters that are gone over. */
const NEW_ENTRY = 32;

type Statement = Parameters<Interpreter["evaluate"]>[0];
type Value = ReturnType<Interpreter["evaluate"]>;

class BoundedInterpreter extends Interpreter {
  #steps = 0;
  #work = 0;
  /** Of lists and objects, which never change. */
  readonly #sizes = new WeakMap<object, number>();
  /** What loops go over: a turn whose body is empty evaluates nothing. */
  readonly #loopedOver = new Set<unknown>();

  override evaluate(statement: Statement | undefined, environment: Environment): Value {
    this.#count(1);
    if (statement?.type === "For") {
      const { iterable } = statement as unknown as { iterable: { lhs?: unknown } };
      this.#loopedOver.add(iterable.lhs ?? iterable);
    }
    const value = super.evaluate(statement, environment);
    const { value: held } = value as { value: unknown };
    if (this.#loopedOver.has(statement)) this.#count(Array.isArray(held) ? held.length * TEMPLATE_LIMITS.turn : 0);
    if (Array.isArray(held)) checkLength(held.length);
    const isNew = Array.isArray(held) && !this.#sizes.has(value);
    const size = this.#sizeOf(value, "nothing");
    if (size > TEMPLATE_LIMITS.text) {
      throw new Error(`it builds a text of ${size} characters; at most ${TEMPLATE_LIMITS.text} may be built`);
    }
    // Whatever a step does with a value, it has evaluated that first.
    if (typeof held === "string" || Array.isArray(held)) this.#goOver(held.length * (isNew ? NEW_ENTRY : 1));
    return value;
  }

  #goOver(parts: number): void {
    this.#work += parts;
    if (this.#work > TEMPLATE_LIMITS.work) {
      throw new Error(`its steps go over more than ${TEMPLATE_LIMITS.work} characters and entries`);
    }
  }

  /**
   * Characters of a value, or of its parts and one for each of them: a list that holds another
   * twice is as long as both when it is written.
   * @param within what holds it
   */
  #sizeOf(value: Value, within: "nothing" | "a namespace" | "a list or an object"): number {
    const { type, value: held } = value as { type: string; value: unknown };
    if (typeof held === "string") return held.length;
    if (!Array.isArray(held) && !(held instanceof Map)) return 1;
    // A namespace can change after what holds it was measured.
    const changes = type === "NamespaceValue";
    if (changes && within !== "nothing") throw new Error(`it puts a namespace into ${within}`);
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    const inside = changes ? "a namespace" : "a list or an object";
    let size = 0;
    for (const part of held.values() as Iterable<Value>) size += 1 + this.#sizeOf(part, inside);
    if (held instanceof Map) for (const key of held.keys() as Iterable<string>) size += key.length;
    if (!changes) this.#sizes.set(value, size);
    return size;
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > TEMPLATE_LIMITS.steps) throw new Error(`it takes more than ${TEMPLATE_LIMITS.steps} steps`);
  }
}

function checkLength(entries: number): void {
  if (entries <= TEMPLATE_LIMITS.list) return;
  throw new Error(`it builds a list of ${entries} entries; at most ${TEMPLATE_LIMITS.list} may be built`);
}

/** Python's `range`. */
function range(start: number, stop?: number, step = 1): number[] {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  if (![first, end, step].every(Number.isFinite)) throw new Error("it asks for a range of something else than numbers");
  if (step === 0) throw new Error("range() step must not be zero");
  const length = Math.max(0, Math.ceil((end - first) / step));
  checkLength(length);
  return Array.from({ length }, (_, index) => first + index * step);
}

/** Today by the directives of Python's `strftime` that templates use. */
function today(format: unknown): string {
  if (typeof format !== "string") throw new Error("it asks for the date in a form that is no text");
  const now = new Date();
  const name = (month: "short" | "long") => new Intl.DateTimeFormat("en-US", { month }).format(now);
  const two = (value: number) => String(value).padStart(2, "0");
  const parts: Readonly<Record<string, () => string>> = {
    Y: () => String(now.getFullYear()),
    m: () => two(now.getMonth() + 1),
    d: () => two(now.getDate()),
    b: () => name("short"),
    B: () => name("long"),
    H: () => two(now.getHours()),
    M: () => two(now.getMinutes()),
    S: () => two(now.getSeconds()),
    "%": () => "%",
  };
  return format.replaceAll(/%(.)/g, (whole, key: string) => (Object.hasOwn(parts, key) ? parts[key]!() : whole));
}

const GLOBALS: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  raise_exception(message: string) {
    throw new Error(message);
  },
  range,
  strftime_now: today,
};

/**
 * A template, to be rendered with variables.
 * @throws Error when it is no Jinja or too long; what is returned throws one when the template
 *   refuses what it is given, or leaves its bounds.
 */
export function boundedTemplate(source: string): (variables: Readonly<Record<string, unknown>>) => string {
  if (source.length > TEMPLATE_LIMITS.source) {
    throw new Error(`it has ${source.length} characters; at most ${TEMPLATE_LIMITS.source} can be read`);
  }
  for (const [blanks] of source.matchAll(/\s+/g)) {
    if (blanks.length <= TEMPLATE_LIMITS.blanks) continue;
    throw new Error(`it has ${blanks.length} blanks in a row; at most ${TEMPLATE_LIMITS.blanks} can be read`);
  }
  const { parsed } = inWords(() => new Template(source));
  return (variables) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) environment.set(name, value);
    return inWords(() => String(new BoundedInterpreter(environment).run(parsed).value));
  };
}

/** What of the library's own messages only a programmer can read. */
const LIBRARY_SAYS: readonly (readonly [said: RegExp, meant: string])[] = [
  [/^Cannot call something that is not a function\b.*/, "it calls what is no function, or what there is not"],
  [/^Cannot perform operation (\S+) on undefined values$/, "it computes ($1) with a variable that has no value"],
  [/ must be numeric or undefined$/, " must be a number, or left out"],
];

/** The library meets what it does not expect with the engine's own errors. */
function inWords<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new Error("it is nested too deep, or builds too much");
    if (error instanceof TypeError) throw new Error("it is cut off, or uses what is not there");
    const { message } = error as Error;
    const said = LIBRARY_SAYS.reduce((text, [pattern, meant]) => text.replace(pattern, meant), message);
    throw new Error(shortened(said, 300));
  }
}
