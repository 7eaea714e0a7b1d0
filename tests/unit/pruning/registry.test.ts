/** The rules of pruning as a configuration, a link and the page have them. */

import { expect, test } from "vitest";
import { configurationSchema } from "../../../src/plan/configuration";
import { pruningInWords } from "../../../src/plan/pruning-in-words";
import { keptLabels, type ScoredBatch } from "../../../src/pruning/choose";
import { offeredPrunings, pruningSchema, ruleOf } from "../../../src/pruning/registry";
import { ssTokenCase } from "../../fixtures/reference";

const run = (pruning: unknown) => ({
  model: "bundled:tiny-base",
  data: { train: "a.csv", columns: { text: "text", label: "label" } },
  runs: [{ name: "a", method: "lora", pruning }],
});

test("every rule is offered with a form, a start and words of its own", () => {
  const offered = offeredPrunings();
  expect(offered.map(({ by }) => by)).toEqual(["q-tuning", "ss-token", "loss-change", "loss", "random"]);
  for (const { by, title, summary, optionsSchema, start } of offered) {
    expect(start).toEqual(pruningSchema.parse({ by }));
    expect(ruleOf(start).title).toBe(title);
    expect(summary.length).toBeGreaterThan(40);
    for (const [key, { title: named, description }] of Object.entries(optionsSchema.properties)) {
      expect([named, description], `${by} ${key}`).toEqual([expect.any(String), expect.any(String)]);
      expect(start).toHaveProperty(key);
    }
  }
  expect(new Set(offered.map(({ start }) => pruningInWords(start))).size).toBe(offered.length);
});

test("ssToken keeps what its formula keeps, by transformers' losses and attention", async () => {
  const { settings, rows } = await ssTokenCase();
  const perRow = Math.max(...rows.map(({ ids }) => ids.length));
  const count = rows.length * perRow;
  const given = {
    ...{ rows: rows.length, perRow, seed: 0, step: 0, labels: new Int32Array(count).fill(-100) },
    ...{ losses: new Float32Array(count), entropies: new Float32Array(count), earlier: new Float32Array(count) },
    attention: new Float32Array(count * perRow),
  };
  for (const [row, { ids, prompt, before, now, attended }] of rows.entries()) {
    for (const [place, loss] of now.entries()) {
      const label = row * perRow + prompt - 1 + place;
      given.labels[label] = ids[prompt + place]!;
      given.losses[label] = loss;
      given.earlier[label] = before[place]!;
      // Of the token itself, which follows; all on the first of the prompt.
      given.attention[(label + 1) * perRow] = attended[place]!;
      // What goes to the response does not count.
      given.attention[(label + 1) * perRow + prompt] = 1 - attended[place]!;
    }
  }
  for (const [index, setting] of settings.entries()) {
    const kept = keptLabels(pruningSchema.parse({ by: "ss-token", ...setting }), given);
    for (const [row, { prompt, now, kept: wanted }] of rows.entries()) {
      const own = now.flatMap((_, place) => (kept[row * perRow + prompt - 1 + place] ? [place] : []));
      expect(own, JSON.stringify(setting)).toEqual(wanted[index]);
    }
    expect(kept.filter(Boolean)).toHaveLength(rows.reduce((sum, { kept: own }) => sum + own[index]!.length, 0));
  }
});

test("in words: shares below 1 alone", () => {
  const words = (given: unknown) => pruningInWords(pruningSchema.parse(given)).replaceAll("\u00a0", " ");
  expect(words({ by: "q-tuning", rows: 0.25, tokens: 0.5 })).toBe(
    "25 % of the rows and 50 % of the tokens of every batch, by quadrants (Q-Tuning; neighbours 0.25, high scores)",
  );
  expect(words({ by: "loss", prefer: "low", rows: 1 })).toBe("all of every batch, with the lowest loss");
  expect(words({ by: "loss-change" })).toBe(
    "60 % of the tokens of every batch, whose loss has fallen most since before training",
  );
});

test("a configuration takes them, and names what is wrong", () => {
  const { runs } = configurationSchema.parse(run({ by: "random", rows: 0.1 }));
  expect(runs[0]!.pruning).toEqual({ by: "random", rows: 0.1, tokens: 1 });
  for (const wrong of [
    { by: "random", rows: 0 },
    { by: "loss", rows: 1.5 },
    { by: "quadrants" },
    { by: "random", λ: 1 },
  ]) {
    const { error } = configurationSchema.safeParse(run(wrong));
    expect(error!.issues[0]!.path.slice(0, 3), JSON.stringify(wrong)).toEqual(["runs", 0, "pruning"]);
  }
});

const batch: ScoredBatch = {
  ...{ rows: 4, perRow: 3, seed: 1, step: 0 },
  labels: Int32Array.of(-1, 2, 2, 2, 2, 2, -1, -1, -1, 2, 2, -1),
  losses: Float32Array.of(9, 1, 2, 5, 6, 0.1, 9, 9, 9, 3, 0.5, 9),
  entropies: Float32Array.of(9, 3, 3, 1, 1, 1, 9, 9, 9, 2, 2, 9),
  earlier: Float32Array.of(9, 4, 3, 5, 7, 0, 0, 0, 0, 3, 2, 0),
};

test("rows that were scored before are kept by the very dispatches of a step", () => {
  const kept = (given: object) =>
    keptLabels(pruningSchema.parse(given), batch).flatMap((one, place) => (one ? [place] : []));
  // Of three rows with labels the second has the highest loss, then the fourth.
  expect(kept({ by: "loss", rows: 0.3 })).toEqual([3, 4, 5]);
  expect(kept({ by: "loss", rows: 0.6, tokens: 0.5 })).toEqual([3, 4, 9]);
  expect(kept({ by: "loss", prefer: "low", rows: 0.3, tokens: 0.3 })).toEqual([1]);
  // The second row is wrong and sure, the first is right and unsure: it keeps all its tokens.
  expect(kept({ by: "q-tuning", rows: 0.6, tokens: 0.3, neighbours: 0 })).toEqual([1, 2, 4]);
  // Changes: −3 and −1; 0, −1 and 0.1; 0 and −1.5.
  expect(kept({ by: "loss-change", tokens: 0.6 })).toEqual([1, 2, 3, 4, 9, 10]);
  expect(kept({ by: "loss-change", tokens: 0.3 })).toEqual([1, 4, 10]);
  expect(kept({ by: "loss-change", tokens: 0.3, prefer: "risen" })).toEqual([2, 5, 9]);
  expect(kept({ by: "loss-change", rows: 0.3, tokens: 1 })).toEqual([1, 2]);
  expect(kept({ by: "random", rows: 1 })).toEqual([1, 2, 3, 4, 5, 9, 10]);
  expect(kept({ by: "random", rows: 0.3 })).toEqual(kept({ by: "random", rows: 0.3 }));
});
