/**
 * Versions of what is written: how they are counted, migrated and refused. What today's are:
 * `formats.test.ts`.
 */

import { describe, expect, test } from "vitest";
import { type Format, formats, migrate, NewerVersionError, withVersion } from "../../../src/versions/versions";

/** Versions 2 to 4: `rate` got another name, then a list of rates took its place. */
const format: Format = {
  name: "notes.json",
  oldest: 2,
  migrations: [
    ({ rate, ...rest }) => ({ ...rest, learningRate: rate }),
    ({ learningRate, ...rest }) => ({ ...rest, learningRates: [learningRate] }),
  ],
};

describe("a format with migrations", () => {
  test("is written in the version after the last, first in the file", () => {
    expect(JSON.stringify(withVersion(format, { learningRates: [1], note: "a" }))).toBe(
      '{"version":4,"learningRates":[1],"note":"a"}',
    );
  });

  test.each([
    [2, { rate: 1, note: "a" }],
    [3, { learningRate: 1, note: "a" }],
    [4, { learningRates: [1], note: "a" }],
  ])("version %i becomes today's, in order and from there on", (version, content) => {
    expect(migrate(format, { version, ...content })).toEqual({ learningRates: [1], note: "a" });
  });

  test("reads what it has written, and leaves what it was given as it was", () => {
    const written = withVersion(format, { learningRates: [1] });
    const before = structuredClone(written);
    expect(migrate(format, written)).toEqual({ learningRates: [1] });
    expect(written).toEqual(before);
  });

  test("refuses a newer version with both numbers and what to do", () => {
    const read = () => migrate(format, { version: 5, learningRates: [1] });
    expect(read).toThrow(NewerVersionError);
    expect(read).toThrow(/^notes\.json has version 5 .*newer studio.* up to version 4\. Reload the page, or update/);
  });

  test("refuses an older one than it can read; without a version it is the first", () => {
    const said = "notes.json has version 1; this studio reads version 2 and later.";
    expect(() => migrate(format, { version: 1, rate: 1 })).toThrow(said);
    expect(() => migrate(format, { rate: 1 })).toThrow(said);
    expect(() => migrate(format, { version: 1 })).not.toThrow(NewerVersionError);
  });

  test.each([["4"], [2.5], [0], [-1], [null], [[4]]])("refuses %j as a version", (version) => {
    expect(() => migrate(format, { version })).toThrow(/^notes\.json has the version .* not a whole number from 1 on/);
  });

  test.each([[null], [[1]], ["text"], [1]])("leaves %j, which is no object, to the schema", (value) => {
    expect(migrate(format, value)).toBe(value);
  });
});

test.each(Object.entries(formats))("%s: a version above today's is refused by name", (_, own) => {
  const { version } = withVersion(own, {});
  expect(migrate(own, { version, kept: 1 })).toEqual({ kept: 1 });
  const said = `${own.name} has version ${version + 1} and was made by a newer studio; this one reads up to version ${version}.`;
  expect(() => migrate(own, { version: version + 1 })).toThrow(said);
});
