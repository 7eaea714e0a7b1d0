/** What a run may be called, and that configurations and adapters are held to it alike. */

import { describe, expect, test } from "vitest";
import { importedRun } from "../../../src/folders/imported-run";
import { checkedConfiguration } from "../../../src/plan/read-configuration";
import { runNameProblem, usableRunName } from "../../../src/plan/run-name";

const USABLE = [
  "LoRA",
  "LoRA, rank 8 (seed 0)",
  "größer_2.5",
  "a/b:c?",
  "模型 一",
  "نموذج \u200f1",
  "דגם",
  "नमूना\u200d",
  "👩\u200d🔬",
  "constructor",
  "toString",
];

const turns = "which turns the order of the words around it";
const REFUSED: readonly [name: string, problem: string][] = [
  ["", "must not be empty"],
  [" \u00a0", "must not be empty"],
  ["a\u0000b", "must not hold the control character U+0000"],
  ["a\nb", "must not hold the control character U+000A"],
  ["a\tb", "must not hold the control character U+0009"],
  ["\u001b[31mred", "must not hold the control character U+001B"],
  ["a\u007f", "must not hold the control character U+007F"],
  ["a\u0085b", "must not hold the control character U+0085"],
  ["a\u2028b", "must not hold the line separator U+2028"],
  ["a\u2029b", "must not hold the line separator U+2029"],
  ...Array.from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", (character): [string, string] => [
    `LoRA ${character}gnp`,
    `must not hold U+${character.charCodeAt(0).toString(16).toUpperCase()}, ${turns}`,
  ]),
  ["half \ud83d", "must not hold half of a character (U+D83D)"],
  ["__proto__", "must not be __proto__, which JavaScript keeps for itself"],
];

const configured = (run: object) =>
  checkedConfiguration({
    model: "bundled:tiny-base",
    data: { train: "train.csv", columns: { text: "text", label: "label" } },
    runs: [{ name: "LoRA", method: "lora", ...run }],
  });

describe("a name that can be used", () => {
  test.each(USABLE)("%j", (name) => {
    expect(runNameProblem(name)).toBeNull();
    expect(usableRunName(name)).toBe(name);
    expect(configured({ name }).runs[0]!.name).toBe(name);
  });
});

describe("a name that is refused", () => {
  test.each(REFUSED)("%j", (name, problem) => {
    expect(runNameProblem(name)).toBe(problem);
    expect(() => configured({ name })).toThrow(`runs[0].name: ${problem}`);
    expect(() => configured({ sweptAs: { run: name, over: ["rank"] } })).toThrow(`runs[0].sweptAs.run: ${problem}`);
    expect(runNameProblem(usableRunName(name))).toBeNull();
  });

  test("is said once, with both numbers where it is too long", () => {
    expect(() => configured({ name: "x".repeat(61) })).toThrow(
      /^The configuration does not fit\.\nruns\[0\]\.name: must have at most 60 characters, and has 61$/,
    );
  });
});

test("an adapter is read whatever its run is called: what cannot be in a name is a dash", () => {
  const adapterOf = (name: string) =>
    ({
      run: { run: { name, method: "lora", options: {} }, configuration: { training: { pooling: null } } },
    }) as unknown as Parameters<typeof importedRun>[0];
  expect(importedRun(adapterOf("LoRA\u202egnp\r\n.exe"), "file").run.name).toBe("LoRA-gnp-.exe");
  expect(importedRun(adapterOf("__proto__"), "file").run.name).toBe("run");
});
