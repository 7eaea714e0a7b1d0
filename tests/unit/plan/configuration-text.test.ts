/** Configuration files as programs of Windows write them. */

import { expect, test } from "vitest";
import { checkConfigurationSize, configurationText } from "../../../src/plan/configuration-text";
import { readConfiguration } from "../../../src/plan/read-configuration";

const json = '{"model": "é"}';
const wide = (text: string, big = false) =>
  Uint8Array.from(
    [...text]
      .flatMap((one) => [one.charCodeAt(0) & 255, one.charCodeAt(0) >> 8])
      .map((_, at, all) => all[big ? at ^ 1 : at]!),
  );

test.each<[how: string, bytes: Uint8Array]>([
  ["UTF-8", new TextEncoder().encode(json)],
  ["UTF-16 with a mark", wide(`\ufeff${json}`)],
  ["UTF-16 with a mark, the other way round", wide(`\ufeff${json}`, true)],
  ["UTF-16 without a mark", wide(json)],
  ["UTF-16 without a mark, the other way round", wide(json, true)],
])("%s is read", (_, bytes) => {
  expect(configurationText(bytes)).toBe(json);
  expect(() => readConfiguration(bytes)).toThrow(/^The configuration does not fit\.\n/);
});

test("one that is too large is refused before it is read", () => {
  expect(() => checkConfigurationSize(5e9)).toThrow(/5000000000 bytes, and a configuration may have 16777216/);
  expect(() => checkConfigurationSize(16 * 2 ** 20)).not.toThrow();
});

test("what is neither is refused by what it is no text in", () => {
  const latin = Uint8Array.from(json, (character) => character.charCodeAt(0));
  expect(() => readConfiguration(latin)).toThrow("The configuration is no text in UTF-8 or UTF-16. Save it as UTF-8.");
});

test("a number of steps beyond every limit is one line", () => {
  const training = { steps: 1e308 };
  const columns = { text: "text", label: "label" };
  const data = { train: "a.csv", task: "sequence-classification", columns };
  const runs = [{ name: "head", method: "linear-probe" }];
  expect(() => readConfiguration(JSON.stringify({ model: "bundled:tiny-base", data, training, runs }))).toThrow(
    /^The configuration does not fit\.\ntraining\.steps: 1e\+308 is too many; there may be 1000000000$/,
  );
});
