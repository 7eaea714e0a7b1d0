/** The looks of entities' types, which results keep while other data are opened. */

import { expect, it } from "vitest";
import { slotOf, typeOf } from "../../../src/page/data/entity-types";

it("a type keeps the look that it was first seen with, and types differ", () => {
  const first = ["PER", "LOC", "ORG"].map(slotOf);
  expect(new Set(first).size).toBe(3);
  // Tags of other data, and then the first ones again.
  expect(first).not.toContain(slotOf("GENRE"));
  expect(["ORG", "PER", "LOC"].map(slotOf)).toEqual([first[2], first[0], first[1]]);
});

it.each([
  ["O", null],
  ["B-PER", "PER"],
  ["I-PER", "PER"],
  ["NOUN", "NOUN"],
])("%s is of the type %s", (tag, type) => {
  expect(typeOf(tag)).toBe(type);
});
