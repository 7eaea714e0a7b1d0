/**
 * Whether an expression that the platform's engine is to match can hold it up for ever: such an
 * engine goes back and tries what else a text can be read as, and where a loop can read the same
 * text in two ways there are twice as many with every round. Decided from the expression alone, by
 * two paths through its automaton that read the same text (Weber and Seidl, "On the degree of
 * ambiguity of finite automata", 1991, criterion EDA). Not for matching.
 */

import { type AST, parseRegExpLiteral } from "@eslint-community/regexpp";

/** Characters of an expression once its counts are written out; those of tokenizers have 60. */
const MOST_POSITIONS = 1000;
/** Steps of all that is done to an expression, for the thousands of those of tokenizers. */
const MOST_STEPS = 1_000_000;
/** Sets of characters that are compared in loops: each is read over all of Unicode. */
const MOST_SETS = 24;

/** Characters that are looked at together, from one multiple of it to the next. */
const BLOCK = 1024;

/** How often, up to twice: more ways than one are all that is asked. */
type Ways = ReadonlyMap<number, number>;

/** A part of an expression: in how many ways it begins and ends at which position, or is empty. */
interface Part {
  readonly empty: number;
  readonly first: Ways;
  readonly last: Ways;
}

const EMPTY: Part = { empty: 1, first: new Map(), last: new Map() };
const NONE: Part = { empty: 0, first: new Map(), last: new Map() };

/** Two ways are as good as any number. */
const capped = (ways: number) => Math.min(ways, 2);

class TooLarge extends Error {}

/** Counts what is done. Throws TooLarge where it is too much. */
class Budget {
  #left = MOST_STEPS;

  take(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooLarge();
  }
}

/** The characters that a position reads: one, or those that an expression of one character fits. */
type Characters = string | RegExp;

/** An expression as positions that follow one another (Glushkov's automaton). */
class Automaton {
  readonly characters: Characters[] = [];
  /** From each position, in how many ways to which others. */
  readonly next: Map<number, number>[] = [];
  readonly #known = new Map<string, RegExp>();
  readonly #flags: string;
  readonly #budget: Budget;

  constructor(expression: RegExp, budget: Budget) {
    this.#budget = budget;
    this.#flags = expression.flags.replace(/[gyd]/g, "");
    this.#either(parseRegExpLiteral(expression).pattern.alternatives);
  }

  #either(alternatives: readonly AST.Alternative[]): Part {
    return alternatives
      .map(({ elements }) => elements.reduce((before, one) => this.#joined(before, this.#part(one)), EMPTY))
      .reduce(
        (one, other) => ({
          empty: capped(one.empty + other.empty),
          first: this.#sum(one.first, other.first),
          last: this.#sum(one.last, other.last),
        }),
        NONE,
      );
  }

  #part(element: AST.Element): Part {
    // Of what reads nothing there may be any number.
    this.#budget.take(10);
    switch (element.type) {
      case "Quantifier":
        return this.#repeated(element);
      case "Group":
      case "CapturingGroup":
        return this.#either(element.alternatives);
      case "Assertion":
        // What it looks at is read by itself, and not gone back into once it is found.
        if ("alternatives" in element) this.#either(element.alternatives);
        return EMPTY;
      case "Backreference":
        // Of whatever its group has read.
        return this.#loop(this.#position(this.#set("[^]")));
      case "Character":
        return this.#position(String.fromCodePoint(element.value));
      default:
        return this.#position(this.#set(element.raw));
    }
  }

  #set(raw: string): RegExp {
    const known = this.#known.get(raw) ?? new RegExp(raw, this.#flags);
    this.#known.set(raw, known);
    return known;
  }

  #position(characters: Characters): Part {
    if (this.characters.length === MOST_POSITIONS) throw new TooLarge();
    const own: Ways = new Map([[this.characters.length, 1]]);
    this.characters.push(characters);
    this.next.push(new Map());
    return { empty: 0, first: own, last: own };
  }

  #joined(before: Part, after: Part): Part {
    this.#connect(before.last, after.first);
    return {
      empty: capped(before.empty * after.empty),
      first: this.#sum(before.first, after.first, before.empty),
      last: this.#sum(after.last, before.last, after.empty),
    };
  }

  /** A round that reads nothing ends a loop (ECMA-262, RepeatMatcher), so it is no way. */
  #loop(round: Part): Part {
    this.#connect(round.last, round.first);
    return { ...round, empty: 1 };
  }

  #repeated({ element, min, max }: AST.Quantifier): Part {
    let all = EMPTY;
    for (let round = 0; round < min; round++) all = this.#joined(all, this.#part(element));
    if (max === Number.POSITIVE_INFINITY) return this.#joined(all, this.#loop(this.#part(element)));
    let optional = EMPTY;
    for (let round = min; round < max; round++) {
      optional = { ...this.#joined(this.#part(element), optional), empty: 1 };
    }
    return this.#joined(all, optional);
  }

  #sum(one: Ways, other: Ways, times = 1): Ways {
    if (times === 0 || other.size === 0) return one;
    this.#budget.take(one.size + other.size);
    const both = new Map(one);
    for (const [position, ways] of other) both.set(position, capped((both.get(position) ?? 0) + ways * times));
    return both;
  }

  #connect(last: Ways, first: Ways): void {
    this.#budget.take(last.size * first.size);
    for (const [from, before] of last) {
      const next = this.next[from]!;
      for (const [to, after] of first) next.set(to, capped((next.get(to) ?? 0) + before * after));
    }
  }
}

/** For each position the number of the loop that it is in: positions that lead to one another. */
function loopsOf(next: readonly ReadonlyMap<number, number>[]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const back: number[][] = next.map(() => []);
  for (const start of next.keys()) {
    const open = [{ at: start, rest: next[start]!.keys() }];
    if (seen.has(start)) continue;
    seen.add(start);
    while (open.length > 0) {
      const { at, rest } = open.at(-1)!;
      const { value: to, done } = rest.next();
      if (done) {
        order.push(at);
        open.pop();
        continue;
      }
      back[to]!.push(at);
      if (seen.has(to)) continue;
      seen.add(to);
      open.push({ at: to, rest: next[to]!.keys() });
    }
  }
  const loop = next.map(() => -1);
  for (const start of order.reverse()) {
    if (loop[start] !== -1) continue;
    const open = [start];
    loop[start] = start;
    while (open.length > 0) {
      for (const from of back[open.pop()!]!) {
        if (loop[from] !== -1) continue;
        loop[from] = start;
        open.push(from);
      }
    }
  }
  return loop;
}

/** Every character, a block at a time; no high surrogate stands before a low one. */
function* everyCharacter(): Generator<string> {
  const codes = new Array<number>(BLOCK);
  for (let start = 0; start < 0x110000; start += BLOCK) {
    for (let place = 0; place < BLOCK; place++) codes[place] = start + place;
    yield String.fromCodePoint(...codes);
  }
}

/** Where the characters of a set begin and end among all there are, one stretch after the other. */
function stretchesOf(set: RegExp): number[] {
  const several = new RegExp(`(?:${set.source})+`, `${set.flags}g`);
  const stretches: number[] = [];
  let before = 0;
  for (const block of everyCharacter()) {
    for (const { 0: stretch, index } of block.matchAll(several)) {
      stretches.push(before + index, before + index + stretch.length);
    }
    before += block.length;
  }
  return stretches;
}

function haveOverlap(one: readonly number[], other: readonly number[]): boolean {
  for (let [first, second] = [0, 0]; first < one.length && second < other.length; ) {
    if (one[first + 1]! <= other[second]!) first += 2;
    else if (other[second + 1]! <= one[first]!) second += 2;
    else return true;
  }
  return false;
}

/** Whether two positions can read the same character. */
function comparison(characters: readonly Characters[]): (one: number, other: number) => boolean {
  const stretches = new Map<RegExp, number[]>();
  const read = (set: RegExp): number[] => {
    const known = stretches.get(set);
    if (known) return known;
    if (stretches.size === MOST_SETS) throw new TooLarge();
    const found = stretchesOf(set);
    stretches.set(set, found);
    return found;
  };
  return (first, second) => {
    const [one, other] = [characters[first]!, characters[second]!];
    if (one === other) return true;
    if (typeof one === "string") return typeof other !== "string" && other.test(one);
    if (typeof other === "string") return one.test(other);
    return haveOverlap(read(one), read(other));
  };
}

/**
 * What of an expression keeps its time from being bounded: `exponential`, the same text can be read
 * in twice as many ways with every further character; `large`, with its counts written out it is
 * larger than any that can be looked into. Null for all others: their time is at most a power of
 * the text's length.
 * @throws SyntaxError where it is none that is known, though the platform takes it
 */
export function unboundedTime(expression: RegExp): "exponential" | "large" | null {
  try {
    const budget = new Budget();
    return isExponential(new Automaton(expression, budget), budget) ? "exponential" : null;
  } catch (error) {
    // Of groups within groups there is no more room for calls.
    if (error instanceof TooLarge || error instanceof RangeError) return "large";
    throw error;
  }
}

/**
 * Whether two paths from a position back to it read the same text: pairs of positions are followed
 * from two that are one, over two that differ, to two that are one again.
 */
function isExponential({ characters, next }: Automaton, budget: Budget): boolean {
  const loop = loopsOf(next);
  const within = next.map((to, from) => [...to].filter(([position]) => loop[position] === loop[from]));
  if (within.some((to) => to.some(([, ways]) => ways > 1))) return true;
  const alike = comparison(characters);
  const count = next.length;
  const open = Array.from(next.keys(), (position) => position * count + position);
  const seen = new Set(open);
  while (open.length > 0) {
    const pair = open.pop()!;
    const [one, other] = [Math.floor(pair / count), pair % count];
    for (const [first] of within[one]!) {
      for (const [second] of within[other]!) {
        budget.take(1);
        if (first === second && one !== other) return true;
        // Either order of two is the same pair.
        const after = Math.min(first, second) * count + Math.max(first, second);
        if (seen.has(after) || !alike(first, second)) continue;
        seen.add(after);
        open.push(after);
      }
    }
  }
  return false;
}
