/**
 * Probable label errors: which rows confident learning suspects, held to cleanlab; and that planted
 * errors are found in rows that a bag of words has not learned.
 */

import { describe, expect, test } from "vitest";
import { chancesOfOne, learnConfidently, softmaxRows } from "../../../src/answers/confident-learning";
import { Random } from "../../../src/data/random";
import type { DataSettings, RowChange } from "../../../src/data/types";
import { DatasetStore } from "../../../src/worker/dataset-store";
import { findLabelErrors } from "../../../src/worker/label-errors";
import { labelErrorCases } from "../../fixtures/reference";

const found = await labelErrorCases();
const places = (suspects: readonly { readonly place: number }[]) => suspects.map(({ place }) => place);

describe("confident learning", () => {
  test.each([0, 1, 2])("case %i: thresholds, joint counts, suspects and their order are cleanlab's", (index) => {
    const { labels, logits, classes, thresholds, joint, issues, ranked, scores } = found.oneLabel[index];
    const own = learnConfidently(labels, softmaxRows(logits, classes), classes);
    for (const [label, threshold] of thresholds.entries()) {
      if (threshold === null) expect(own.thresholds[label]).toBe(Number.POSITIVE_INFINITY);
      else expect(own.thresholds[label]).toBeCloseTo(threshold, 10);
    }
    expect(own.joint).toEqual(joint);
    expect(issues.length).toBeGreaterThan(0);
    expect(places(own.suspects).sort((a, b) => a - b)).toEqual(issues);
    expect(places(own.suspects)).toEqual(ranked);
    for (const { place, confidence } of own.suspects) expect(confidence).toBeCloseTo(scores[place], 10);
  });

  test("of several labels each is a question of its own", () => {
    const { classes, values, logits, each, rows } = found.severalLabels;
    const suspects = Array.from({ length: classes }, (_, label) => {
      const labels = values.filter((_: number, place: number) => place % classes === label);
      return places(learnConfidently(labels, chancesOfOne(logits, classes, label), 2).suspects).sort((a, b) => a - b);
    });
    expect(suspects).toEqual(each.map(({ issues }: { issues: number[] }) => issues));
    expect([...new Set(suspects.flat())].sort((a, b) => a - b)).toEqual(rows);
  });
});

/** Words of each label, and words that say nothing. */
const WORDS: Record<string, string[]> = {
  food: ["bread", "soup", "cheese", "apple", "butter", "pepper"],
  music: ["violin", "drum", "melody", "singer", "chord", "piano"],
  sport: ["goal", "referee", "sprint", "tennis", "stadium", "coach"],
};
const FILLERS = ["today", "again", "quite", "often", "perhaps", "later"];
const NAMES = Object.keys(WORDS);
/** Places of rows that say another label than their text. */
const PLANTED = [7, 40, 66, 89, 111];
const random = new Random(4, "rows");
const pick = (words: readonly string[], count: number) => random.shuffle([...words]).slice(0, count);
/** Of six words one to four are the label's; of the planted ones all. */
const texts = Array.from({ length: 150 }, (_, n) => {
  const own = PLANTED.includes(n) ? 6 : 1 + (n % 4);
  return pick([...pick(WORDS[NAMES[n % 3]!]!, own), ...pick(FILLERS, 6 - own)], 6).join(" ");
});
const labelAt = (n: number) => NAMES[(n + (PLANTED.includes(n) ? 1 : 0)) % 3]!;
const csv = (name: string, lines: readonly string[]) => new File([`${lines.join("\n")}\n`], name);
const file = csv("words.csv", ["text,label", ...texts.map((text, n) => `${text},${labelAt(n)}`)]);

async function opened(own: File, settings: Partial<DataSettings> = {}) {
  const store = new DatasetStore(() => {});
  const summary = await store.openFile(own, "train", 2);
  await store.setSettings({ ...summary.settings, ...settings });
  return store;
}
const byFolds = (store: DatasetStore) => findLabelErrors(store, null, { kind: "folds" }, () => {});

describe("by a bag of words over folds", () => {
  test("planted errors come first, with what they should be; test rows are not looked at", async () => {
    const store = await opened(file);
    const tested = new Set(store.data.dataset.test.map(({ row }) => row));
    expect(tested.size).toBe(15);
    const { errors, rows, by, folds, agreeing, expectedRight } = await byFolds(store);
    // Row 2 is the first below the header.
    const looked = PLANTED.filter((n) => !tested.has(n + 2));
    expect(looked.length).toBeGreaterThan(2);
    expect([rows, by, folds]).toEqual([135, "Bag of words", 5]);
    const first = errors.slice(0, looked.length);
    expect(first.map(({ row }) => row).sort((a, b) => a - b)).toEqual(looked.map((n) => n + 2));
    for (const { row, given, likely, file: of, fileName, confidence, likelyConfidence, text, part } of first) {
      expect([given, likely]).toEqual([[labelAt(row - 2)], [NAMES[(row - 2) % 3]]]);
      expect([of, fileName, text]).toEqual(["train", "words.csv", texts[row - 2]]);
      expect(part).toBe(
        store.data.dataset.validation.some((example) => example.row === row) ? "validation" : "training",
      );
      expect(confidence).toBeLessThan(likelyConfidence);
    }
    expect(errors.some(({ row }) => tested.has(row))).toBe(false);
    expect(agreeing).toBeGreaterThan(0.9);
    expect(expectedRight).toBeCloseTo(
      errors.reduce((sum, { confidence }) => sum + confidence, 0),
      10,
    );
  });

  test("of folds every row is looked at, and what was relabelled or left out is suspected no more", async () => {
    const store = await opened(file, { test: { folds: 5 } });
    const before = await byFolds(store);
    expect(before.rows).toBe(150);
    expect(new Set(before.errors.map(({ part }) => part))).toEqual(new Set(["test"]));
    const suspected = (of: typeof before) => PLANTED.filter((n) => of.errors.some(({ row }) => row === n + 2));
    expect(suspected(before)).toEqual(PLANTED);
    const changes = PLANTED.map(
      (n, index): RowChange => (index === 0 ? { row: n + 2, leaveOut: true } : { row: n + 2, label: NAMES[n % 3]! }),
    );
    const summary = await store.setSettings({ ...store.data.settings, changes });
    expect(summary.problem).toBeNull();
    // With fingerprints from now on, and as the page shows them.
    expect(summary.settings.changes!.map(({ fingerprint }) => fingerprint)).toEqual(
      PLANTED.map(() => expect.stringMatching(/^[0-9a-f]{12}$/)),
    );
    expect(summary.changed[1]).toMatchObject({ file: "words.csv", text: texts[40], given: labelAt(40) });
    const after = await byFolds(store);
    expect(after.rows).toBe(149);
    expect(suspected(after)).toEqual([]);
  });

  test("of several labels a row is given all it probably has", async () => {
    const lists = texts.map((text, n) => {
      const both = n % 2 === 0 ? [NAMES[n % 3]!, NAMES[(n + 1) % 3]!] : [NAMES[n % 3]!];
      const more = n === 40 ? 6 : 1 + (n % 5);
      const shown = both.length === 2 ? `${text} ${pick(WORDS[both[1]!]!, more).join(" ")}` : text;
      const said = n === 40 ? both.slice(0, 1) : both;
      return `${shown},${said.join(";")}`;
    });
    const store = await opened(csv("lists.csv", ["text,labels", ...lists]), { test: null });
    expect(store.data.settings.task).toBe("multi-label-classification");
    const { errors, answer, expectedRight } = await byFolds(store);
    expect(answer).toBe("labels");
    const missing = errors.find(({ row }) => row === 42)!;
    expect(missing).toMatchObject({ given: ["music"], likely: ["music", "sport"] });
    // Only the doubted label has a chance: that the row has it.
    expect(missing.doubted).toEqual([{ label: "sport", chance: missing.likelyConfidence }]);
    expect(missing.likelyConfidence).toBeGreaterThan(0.5);
    let right = 0;
    for (const { given, likely, doubted, confidence } of errors) {
      const has = (labels: string[]) => NAMES.map((label) => labels.includes(label));
      const flipped = NAMES.filter((_, place) => has(given)[place] !== has(likely)[place]);
      expect(doubted.map(({ label }) => label).sort()).toEqual(flipped.sort());
      const sure = doubted.map(({ label, chance }) => (given.includes(label) ? chance : 1 - chance));
      expect(sure[0]).toBeCloseTo(confidence, 10);
      expect(sure).toEqual([...sure].sort((a, b) => a - b));
      right += sure.reduce((sum, chance) => sum + chance, 0);
    }
    expect(expectedRight).toBeCloseTo(right, 10);
  });

  test("tasks without labels of rows, and a run that is not there, are refused", async () => {
    const numbers = await opened(csv("n.csv", ["text,score", ...texts.map((text, n) => `${text},${n / 7}`)]));
    await expect(byFolds(numbers)).rejects.toThrow(/the task is "Regression: a number"/);
    const store = await opened(file);
    await expect(findLabelErrors(store, null, { kind: "run", run: "LoRA" }, () => {})).rejects.toThrow(
      'There is no run "LoRA" to ask.',
    );
  });
});

test("another validation file takes the changes of its rows with it", async () => {
  const store = await opened(file, { test: null });
  const own = csv("dev.csv", ["text,label", ...texts.slice(0, 20).map((text, n) => `${text},${labelAt(n)}`)]);
  const summary = await store.openFile(own, "validation");
  const changes: RowChange[] = [
    { row: 9, label: "food" },
    { file: "validation", row: 9, leaveOut: true },
  ];
  const changed = await store.setSettings({ ...summary.settings, changes });
  expect([changed.problem, changed.validationRows]).toEqual([null, 19]);
  const closed = await store.closeFile("validation");
  expect(closed.problem).toBeNull();
  expect(closed.settings.changes).toMatchObject([{ row: 9, label: "food" }]);
  expect((await store.openFile(file, "train")).settings.changes).toBeUndefined();
});
