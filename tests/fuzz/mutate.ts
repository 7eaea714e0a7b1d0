/** Seeded damage to bytes, texts and JSON values: what files suffer, and what attackers write. */

import type { Random } from "../../src/data/random";

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(items.length)]!;
}

/** Something was done, and its name. */
export interface Mutated<Value> {
  readonly value: Value;
  readonly what: string;
}

/** One to three changes after each other, each named. */
export function several<Value>(
  random: Random,
  value: Value,
  change: (random: Random, value: Value) => Mutated<Value>,
): Mutated<Value> {
  const names: string[] = [];
  let current = value;
  for (let count = 1 + random.integer(3); count > 0; count--) {
    const next = change(random, current);
    current = next.value;
    names.push(next.what);
  }
  return { value: current, what: names.join(", ") };
}

function spliced(bytes: Uint8Array, from: number, to: number, between: ArrayLike<number>): Uint8Array {
  const result = new Uint8Array(from + between.length + bytes.length - to);
  result.set(bytes.subarray(0, from));
  result.set(between, from);
  result.set(bytes.subarray(to), from + between.length);
  return result;
}

export function changeBytes(random: Random, bytes: Uint8Array): Mutated<Uint8Array> {
  const at = random.integer(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.integer(32));
  const noise = Uint8Array.from({ length: 1 + random.integer(16) }, () => random.integer(256));
  const changes: Record<string, () => Uint8Array> = {
    "a byte changed": () =>
      spliced(bytes, Math.min(at, bytes.length - 1), Math.min(at, bytes.length - 1) + 1, [random.integer(256)]),
    "a bit turned": () => {
      const result = bytes.slice();
      if (result.length > 0) result[Math.min(at, result.length - 1)]! ^= 1 << random.integer(8);
      return result;
    },
    "bytes put in": () => spliced(bytes, at, at, noise),
    "bytes taken out": () => spliced(bytes, at, end, []),
    "bytes twice": () => spliced(bytes, at, at, bytes.subarray(at, end)),
    "zeros written": () => spliced(bytes, at, end, new Uint8Array(end - at)),
    "ones written": () => spliced(bytes, at, end, new Uint8Array(end - at).fill(255)),
    "cut off": () => bytes.slice(0, at),
    "begins later": () => bytes.slice(at),
    longer: () => spliced(bytes, bytes.length, bytes.length, noise),
    "a mark at its beginning": () =>
      spliced(
        bytes,
        0,
        0,
        pick(random, [
          [0xef, 0xbb, 0xbf],
          [0xff, 0xfe],
          [0xfe, 0xff],
        ]),
      ),
  };
  const what = pick(random, Object.keys(changes));
  return { value: bytes.length === 0 ? noise : changes[what]!(), what };
}

const ODD_TEXTS = [
  '"',
  ",",
  "\n",
  "\r",
  "\r\n",
  "\t",
  ";",
  "|",
  "\0",
  "\u2028",
  "\ufeff",
  "\u200b",
  "\ud800",
  "\u{1f600}",
  "'",
  "\\",
  "{",
  "}",
  "[",
  "]",
  "NaN",
  "null",
  "1e999",
  "-0",
  "__proto__",
  "constructor",
  "=1+1",
  " ",
  "",
  "e\u0301",
  "\u00e9",
  "<b>",
  "{{ x }}",
  "\u0085",
  "1,5",
  "sep=;",
  "#",
  "%s",
  "../",
  "\x1b[0m",
];

export function changeText(random: Random, text: string): Mutated<string> {
  const at = random.integer(text.length + 1);
  const end = Math.min(text.length, at + 1 + random.integer(24));
  const lines = text.split("\n");
  const line = random.integer(lines.length);
  const other = random.integer(lines.length);
  const odd = pick(random, ODD_TEXTS);
  const changes: Record<string, () => string> = {
    [`${JSON.stringify(odd)} put in`]: () => text.slice(0, at) + odd + text.slice(at),
    [`${JSON.stringify(odd)} in place of some`]: () => text.slice(0, at) + odd + text.slice(end),
    "some taken out": () => text.slice(0, at) + text.slice(end),
    "some twice": () => text.slice(0, end) + text.slice(at),
    "cut off": () => text.slice(0, at),
    "begins later": () => text.slice(at),
    "a line taken out": () => lines.filter((_, index) => index !== line).join("\n"),
    "a line twice": () => lines.flatMap((one, index) => (index === line ? [one, one] : [one])).join("\n"),
    "two lines swapped": () =>
      lines.map((one, index) => (index === line ? lines[other]! : index === other ? lines[line]! : one)).join("\n"),
    "a line emptied": () => lines.map((one, index) => (index === line ? "" : one)).join("\n"),
    "no header": () => lines.slice(1).join("\n"),
    "other line ends": () => text.replaceAll("\n", pick(random, ["\r\n", "\r", "\n\n", "\u2028"])),
    "another separator": () => text.replaceAll(",", pick(random, [";", "\t", "|", " ", ", "])),
    "one sign always another": () => text.replaceAll(text[Math.min(at, text.length - 1)] ?? "a", odd),
  };
  const what = pick(random, Object.keys(changes));
  return { value: changes[what]!(), what };
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** So many lists in each other; written out in the text, since no library writes it. */
const DEEP = "\ue000";

function oddValue(random: Random): Json {
  return pick<() => Json>(random, [
    () => null,
    () => true,
    () => false,
    () => 0,
    () => -1,
    () => 1,
    () => 1.5,
    () => 27,
    () => 1e9,
    () => 2 ** 32,
    () => 2 ** 53,
    () => 1e308,
    () => -1e308,
    () => 1e-320,
    () => "",
    () => "27",
    () => "constructor",
    () => "a b",
    () => "(.*)*x",
    () => "0-99999999",
    () => "\ud800",
    () => "x".repeat(5000),
    () => [],
    () => ({}),
    () => [null],
    () => [[]],
    () => [1, 2, 3],
    () => ({ a: 1 }),
    () => ["a", "a"],
    () => `${DEEP}200`,
    () => `${DEEP}20000`,
    () => ({ toString: 1, length: 3 }),
  ])();
}

/** Every place in a value: its holder, and its key there. */
function places(value: Json, found: { holder: Json[] | Record<string, Json>; key: string | number }[] = []) {
  if (found.length > 5000) return found;
  if (Array.isArray(value)) {
    for (const [key, own] of value.entries()) {
      found.push({ holder: value, key });
      places(own, found);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, own] of Object.entries(value)) {
      found.push({ holder: value, key });
      places(own, found);
    }
  }
  return found;
}

/** An earlier change may have given an object a `toString` that is none. */
function asText(value: Json): string {
  try {
    return String(value);
  } catch {
    return "[object Object]";
  }
}

/**
 * JSON texts of a changed value; some changes, such as a key twice, are of the text alone.
 * @param depth places below this many of the first keys are changed less often
 */
export function changeJson(random: Random, source: Json): Mutated<string> {
  const value = structuredClone(source);
  const all = places(value);
  const names: string[] = [];
  for (let count = 1 + random.integer(2); count > 0 && all.length > 0; count--) {
    // Of the first ones more often: there a file's sizes and names are.
    const { holder, key } = random.next() < 0.5 ? all[random.integer(Math.min(40, all.length))]! : pick(random, all);
    const own = (holder as Record<string | number, Json>)[key]!;
    const set = (next: Json) => {
      (holder as Record<string | number, Json>)[key] = next;
    };
    const changes: Record<string, () => void> = {
      odd: () => set(oddValue(random)),
      "taken out": () => {
        if (Array.isArray(holder)) holder.splice(key as number, 1);
        else delete holder[key];
      },
      "a key more": () => {
        if (Array.isArray(holder)) holder.push(oddValue(random));
        else holder[pick(random, ["x", "constructor", "toString", "", "version", "rank"])] = oddValue(random);
      },
      "another number": () =>
        set(
          typeof own === "number"
            ? own * pick(random, [-1, 0, 0.5, 2, 10, 1e6, 1e12]) + random.integer(2)
            : oddValue(random),
        ),
      "another text": () => set(typeof own === "string" ? changeText(random, own).value : asText(own)),
      "another place's value": () => {
        const from = pick(random, all);
        set(structuredClone((from.holder as Record<string | number, Json>)[from.key] ?? null));
      },
    };
    const what = pick(random, Object.keys(changes));
    changes[what]!();
    names.push(`${key}: ${what}`);
  }
  const text = JSON.stringify(value).replace(
    new RegExp(`"${DEEP}(\\d+)"`, "g"),
    (_, levels) => "[".repeat(levels) + "]".repeat(levels),
  );
  if (random.next() < 0.9) return { value: text, what: names.join(", ") };
  const key = pick(random, Object.keys(value ?? {}));
  const twice = text.replace("{", `{${JSON.stringify(key ?? "a")}:${JSON.stringify(oddValue(random))},`);
  const changed = random.next() < 0.5 ? { value: twice, what: "a key twice" } : changeText(random, text);
  return { value: changed.value, what: [...names, changed.what].join(", ") };
}
