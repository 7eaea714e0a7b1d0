/** Messages that are put together end once. */

import { expect, test } from "vitest";
import { sentence } from "../../../src/errors/sentence";
import { familyOf } from "../../../src/models/registry";
import { parseOptions } from "../../../src/runs/resolve";
import { fixtureJson } from "../../fixtures/reference";

test.each([
  ["it is 3", "it is 3."],
  ["did you mean rank?", "did you mean rank?"],
  ["Write one.", "Write one."],
  ["it begins with a…", "it begins with a…"],
])("%s", (line, whole) => {
  expect(sentence(line)).toBe(whole);
});

test("an option that there is not is refused with the nearest name, and one mark at the end", async () => {
  const json = await fixtureJson("models/tiny-llama/config.json");
  const family = familyOf(json);
  const model = { family, config: family.readConfig(json) };
  expect(() => parseOptions(model, { name: "a", method: "lora", options: { r: 4 } })).toThrow(
    /^Run "a" \(lora\): lora has no option "r"; did you mean rank\?$/,
  );
});
