/** Cells that hold lists and objects in the spellings of JSON, Python and numpy. */

import { expect, test } from "vitest";
import { readArray } from "../../../src/data/formats/lists";
import { readStructure } from "../../../src/data/literals";

// As `str` of Python 3.12 and numpy 2 print them, and so what `DataFrame.to_csv` writes.
test.each<[string, string, unknown]>([
  ["JSON", '["a", {"b": [1, null]}]', ["a", { b: [1, null] }]],
  ["Python's list", `['EU', "Peter's", 3, -1.5e-3]`, ["EU", "Peter's", 3, -0.0015]],
  ["its constants", "[True, False, None, nan]", [true, false, null, null]],
  ["JSON as Python's json writes it", '{"a": NaN, "b": true}', { a: null, b: true }],
  [
    "a list of messages",
    `[{'role': 'user', 'content': "What's up?"}, {'role': 'assistant', 'content': 'Not\\nmuch \\\\ caf\\xe9 \\u00e9'}]`,
    [
      { role: "user", content: "What's up?" },
      { role: "assistant", content: "Not\nmuch \\ café é" },
    ],
  ],
  ["nested tuples", "[(0, 4, 'PER'), (9, 13, 'LOC')]", [[0, 4, "PER"], [9, 13, "LOC"]]], // biome-ignore format: one row
  ["numpy's texts", "['Anna' 'lives' 'in' \"Peter's\"]", ["Anna", "lives", "in", "Peter's"]],
  ["numpy's texts over lines", "['a' 'b'\n 'c']", ["a", "b", "c"]],
  ["numpy's numbers", "[ 0  3]", [0, 3]],
  ["numpy's fractions", "[0.  1.5 2. ]", [0, 1.5, 2]],
  ["numpy's truths", "[ True False]", [true, false]],
  ["numpy's lists in lists", "[array(['a', 'b'], dtype=object)\n array(['c'], dtype='<U1')]", [["a", "b"], ["c"]]],
  ["numpy's objects", "[{'role': 'user'}\n {'role': 'assistant'}]", [{ role: "user" }, { role: "assistant" }]],
  ["words without quotes", "[EU, rejects, 3]", ["EU", "rejects", 3]],
  ["an empty list", "[]", []],
  ["Python's tuple", "('neg', 0,)", ["neg", 0]],
  ["its set", "{'neg', \"pos\"}", ["neg", "pos"]],
  ["an empty set", "set()", []],
  ["a frozen set", "frozenset({'a', 'b'})", ["a", "b"]],
  ["sets in a list", "[{'a'}, {'b', 'c'}]", [["a"], ["b", "c"]]],
  ["Postgres' array", '{food,"fast service"}', ["food", "fast service"]],
  ["a key of Object's own", "{'__proto__': 1, 'constructor': 2}", JSON.parse('{"__proto__": 1, "constructor": 2}')],
])("%s", (_, cell, value) => {
  expect(readStructure(cell)).toEqual(value);
});

test.each([
  ["a text", "plain words"],
  ["a text in brackets", "[laughs loudly]"],
  ["a text that begins with one", "[1] see the appendix"],
  ["a list that is cut", "['a', 'b"],
  ["a list that numpy shortened", "[0 1 2 ... 997 998 999]"],
  ["an object without a colon", "{'a' 'b'}"],
  ["an object and a set", "{'a': 1, 'b'}"],
  ["a remark in brackets", "(laughs, loudly)"],
  ["a quoted remark in brackets", "('laughs')"],
  ["a number in brackets", "(5)"],
  ["a tuple that is cut", "('a', 'b'"],
  ["a set that is cut", "{'a', 'b'"],
  ["a list without its end", "['a', 'b'"],
  ["an escape beyond the text", "['a\\"],
  ["lists that are too deep", "[".repeat(5000) + "'a'".concat("]".repeat(5000))],
])("no value: %s", (_, cell) => {
  expect(readStructure(cell)).toBeUndefined();
});

test("a long text in Python's spelling is read whole", () => {
  const text = "it is \\'quoted\\' ".repeat(200_000);
  expect((readStructure(`['${text}']`) as string[])[0]).toHaveLength("it is 'quoted' ".length * 200_000);
});

test.each([
  ["[ 0  3]", ["0", "3"]],
  ["['B-PER' 'O']", ["B-PER", "O"]],
  ["[True, False]", ["true", "false"]],
  ["[[1], [2]]", null],
  ["{'a': 1}", null],
  ["[None]", null],
])("entries of %s", (cell, entries) => {
  expect(readArray(cell)).toEqual(entries);
});
