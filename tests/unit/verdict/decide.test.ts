/**
 * Verdicts of made outcomes: who is ahead, who is left out and why, what guessing comes to, and
 * what the sentences say of it.
 */

import { describe, expect, test } from "vitest";
import { tasks } from "../../../src/tasks/registry";
import { decide, type JudgedRun, neededRowsAndSeeds, type VerdictSource } from "../../../src/verdict/decide";
import type { TrainingHistory } from "../../../src/verdict/remarks";
import { writeSentences } from "../../../src/verdict/sentences";
import type { Verdict } from "../../../src/verdict/verdict";

const LABELS = ["ham", "spam"];
const blank = { ids: new Int32Array(1), fullLength: 1, truncated: false };

/** Rows with labels in turn, or all with the first one. */
const rowsOf = (count: number, { from = 0, oneLabel = false } = {}) =>
  Array.from({ length: count }, (_, row) => ({
    ...blank,
    row: from + row,
    labels: Int32Array.of(oneLabel ? 0 : row % 2),
  }));

type Rows = ReturnType<typeof rowsOf>;

/** What a run says of rows: right where `isRight` says so. */
function said(examples: Rows, isRight: (row: number) => boolean) {
  const outputs = examples.map(({ labels }, row) => {
    const answer = isRight(row) ? labels[0]! : 1 - labels[0]!;
    return Float32Array.of(Number(answer === 0), Number(answer === 1));
  });
  return { examples, evaluation: { outputs, losses: outputs.map(() => new Float32Array(1)) } };
}

function run(name: string, seeds: JudgedRun["seeds"], more: Partial<JudgedRun> = {}): JudgedRun {
  return { run: name, kind: "tuned", parameters: 10, seeds, histories: [], ...more };
}

function verdict(runs: readonly JudgedRun[], more: Partial<VerdictSource> = {}): Verdict {
  return decide({
    task: tasks["sequence-classification"],
    metric: "accuracy",
    metricChangedAfterTraining: false,
    part: "test",
    looks: 1,
    labels: LABELS,
    runs,
    leftOut: [],
    trainLabels: [0, 1, 0, 1],
    seed: 0,
    ...more,
  });
}

const rows = rowsOf(300);
const good = (name: string, more: Partial<JudgedRun> = {}) => run(name, [said(rows, (row) => row % 10 > 0)], more);
const fair = (name: string, more: Partial<JudgedRun> = {}) => run(name, [said(rows, (row) => row % 10 > 3)], more);
/** As good as `good` but for one row. */
const level = (name: string) => run(name, [said(rows, (row) => row % 10 > 0 && row !== 5)]);

describe("who is ahead", () => {
  test("is the best where every other is behind beyond luck", () => {
    const judged = verdict([fair("Head only", { kind: "control" }), good("LoRA")]);
    expect(judged.runs.map(({ run: name, value }) => [name, value])).toEqual([
      ["LoRA", 0.9],
      ["Head only", 0.6],
    ]);
    const [pair] = judged.pairs;
    expect(pair).toMatchObject({ first: "LoRA", second: "Head only", test: "exact McNemar", beyondLuck: true });
    expect(pair!.difference.value).toBeCloseTo(0.3, 12);
    expect(judged.needed).toBeNull();
    expect(judged.sentences).toEqual([
      "LoRA is best: 90.0 % accuracy on 300 test rows. It is ahead of Head only (60.0 %) beyond luck.",
      'LoRA is ahead of always saying "ham" (50.0 %).',
      "Every run has one seed: this compares these trained runs, and another seed may change the order.",
    ]);
  });

  test("is nobody where runs are level, and what would be needed is said", () => {
    const judged = verdict([good("LoRA"), level("SK-Prefix"), fair("IA3")]);
    expect(judged.sentences.slice(0, 2)).toEqual([
      "LoRA has 90.0 % accuracy on 300 test rows, but SK-Prefix (89.7 %) may be as good: the difference may be luck.",
      "LoRA is ahead of IA3 (60.0 %) beyond luck.",
    ]);
    // One row in 300 differs: 2 points would have been 6 rows.
    expect(judged.needed!.rows).toBeGreaterThan(0);
    expect(judged.needed!.seeds).toBeNull();
  });

  test("is nobody where all are the same", () => {
    const { sentences, pairs, needed } = verdict([good("LoRA"), good("SK-Prefix")]);
    expect(sentences[0]).toBe("Both runs are level: 90.0 % accuracy on 300 test rows.");
    expect(pairs[0]).toMatchObject({ p: 1, adjustedP: 1, beyondLuck: false });
    expect(needed).toBeNull();
  });

  test("is said of an answerer, and that no tuned run beats it", () => {
    const { sentences } = verdict([fair("LoRA"), good("Nearest neighbours", { kind: "answerer", parameters: null })]);
    expect(sentences[0]).toBe(
      "Nearest neighbours, untrained, is best: 90.0 % accuracy on 300 test rows. It is ahead of LoRA (60.0 %) beyond luck.",
    );
    expect(sentences[1]).toBe(
      "No tuned run is ahead of Nearest neighbours beyond luck: without a step it may be as good as any of them.",
    );
  });

  test("is not said of a run alone", () => {
    expect(verdict([good("LoRA")]).sentences[0]).toBe(
      "LoRA has 90.0 % accuracy on 300 test rows. With other rows it may be 86.1 % to 92.9 % (95 % interval). Nothing is " +
        "compared with it.",
    );
  });

  test("goes by means over seeds", () => {
    const seeds = (shift: number) =>
      [0, 1, 2].map((seed) => said(rows, (row) => (row * 7 + seed) % 10 > shift + (row % 50 === seed ? 1 : 0)));
    const judged = verdict([run("LoRA", seeds(0)), run("IA3", seeds(3))]);
    expect(judged.pairs[0]).toMatchObject({ test: "rows and seeds", beyondLuck: true });
    expect(judged.runs[0]).toMatchObject({ run: "LoRA", seeds: 3 });
    expect(judged.sentences[0]).toContain("(mean of 3 seeds)");
    expect(judged.sentences.join()).not.toContain("trained once");
  });

  test("goes by the lower value where low is better", () => {
    const truth = Array.from({ length: 80 }, (_, row) => Math.sin(row));
    const examples = truth.map((value, row) => ({
      ...blank,
      row,
      labels: Int32Array.of(0),
      values: Float32Array.of(value),
    }));
    const off = (by: number) => ({
      examples,
      evaluation: {
        outputs: truth.map((value, row) => Float32Array.of(value + by * Math.cos(row * 3))),
        losses: truth.map(() => new Float32Array(1)),
      },
    });
    const judged = verdict([run("far", [off(1)]), run("near", [off(0.1)])], {
      task: tasks.regression,
      metric: "rmse",
      labels: [],
      trainLabels: null,
    });
    expect(judged.runs.map((one) => one.run)).toEqual(["near", "far"]);
    expect(judged.pairs[0]!.difference.value).toBeLessThan(0);
    expect(judged.sentences[0]).toMatch(/^near is best: RMSE 0\.07\d on 80 test rows. It is ahead of far/);
    expect(judged).toMatchObject({ chance: null, majority: null, aheadOfMajority: null });
  });
});

describe("guessing", () => {
  test("goes by the training rows' labels", () => {
    const judged = verdict([fair("LoRA")], { trainLabels: [0, 0, 0, 1] });
    expect(judged.chance).toBeCloseTo(0.5, 12);
    expect(judged.majority).toBe(0.5);
    expect(judged.aheadOfMajority).toMatchObject({ run: "LoRA", label: "ham", beyondLuck: true });
  });

  test("is not beaten by who is level with it", () => {
    const barely = run("LoRA", [said(rows, (row) => row % 2 === 0 || row < 8)]);
    const { sentences, aheadOfMajority } = verdict([barely]);
    expect(aheadOfMajority!.beyondLuck).toBe(false);
    expect(sentences).toContain('LoRA is not ahead of always saying "ham" (50.0 %) beyond luck.');
  });

  test("counts every run of which the best is picked", () => {
    const barely = run("LoRA", [said(rows, (row) => row % 2 === 0 || row < 16)]);
    const alone = verdict([barely]).aheadOfMajority!;
    const among = verdict(
      [barely, fair("a"), fair("b")].map((one) => ({
        ...one,
        ...(one === barely ? {} : { seeds: [said(rows, (row) => row % 2 === 1 && row > 40)] }),
      })),
    ).aheadOfMajority!;
    expect(among.adjustedP).toBeCloseTo(3 * alone.adjustedP, 12);
  });
});

describe("bad input", () => {
  test("rows with one label cannot tell runs apart", () => {
    const one = rowsOf(30, { oneLabel: true });
    const judged = verdict([run("LoRA", [said(one, () => true)]), run("IA3", [said(one, () => false)])]);
    expect(judged.onlyLabel).toBe("ham");
    expect(judged.pairs).toEqual([]);
    expect(judged.sentences[0]).toBe(
      'All 30 test rows have the label "ham", so they cannot show which run tells labels apart. Use rows with several ' +
        "labels.",
    );
  });

  test("runs on other rows are named and not compared", () => {
    const other = run("elsewhere", [said(rowsOf(300, { from: 300 }), () => true)]);
    const judged = verdict([good("LoRA"), other, fair("IA3")]);
    expect(judged.leftOut).toEqual([
      { run: "elsewhere", why: "it was measured on other rows (300) than the other runs" },
    ]);
    expect(judged.pairs).toHaveLength(1);
    expect(judged.sentences).toContain(
      "elsewhere is not compared: it was measured on other rows (300) than the other runs.",
    );
  });

  test("a metric that is not defined leaves out its run", () => {
    const examples = [1, 2, 3, 4].map((value, row) => ({
      ...blank,
      row,
      labels: Int32Array.of(0),
      values: Float32Array.of(value),
    }));
    const saying = (...values: number[]) => ({
      examples,
      evaluation: { outputs: values.map((value) => Float32Array.of(value)), losses: [] },
    });
    const judged = verdict([run("constant", [saying(2, 2, 2, 2)]), run("LoRA", [saying(1, 2, 4, 3)])], {
      task: tasks.regression,
      metric: "spearman",
      labels: [],
      trainLabels: null,
    });
    expect(judged.leftOut).toEqual([{ run: "constant", why: "its Spearman is not defined on these rows" }]);
    expect(judged.runs.map((one) => one.run)).toEqual(["LoRA"]);
  });

  test("without a run there is no judgement", () => {
    const judged = verdict([], { leftOut: [{ run: "LoRA", why: "it failed (device lost)" }] });
    expect(judged.sentences).toEqual(["No run can be judged.", "LoRA is not compared: it failed (device lost)."]);
  });

  test("a metric of another task is refused", () => {
    expect(() => verdict([good("LoRA")], { metric: "rmse" })).toThrow('Classification has no metric "rmse".');
  });
});

describe("what to know of a run", () => {
  const steps = (from: number, to: number) => Array.from({ length: 40 }, (_, step) => from + ((to - from) * step) / 39);
  const evaluated = (...losses: number[]) => losses.map((loss, index) => ({ step: index * 10, loss }));
  const remarks = (histories: TrainingHistory[], seeds: JudgedRun["seeds"] = [said(rows, (row) => row % 10 > 0)]) =>
    verdict([run("LoRA", seeds, { histories })]).runs[0]!.remarks;

  test("that it has not moved", () => {
    const still = { losses: steps(0.7, 0.695), evaluations: evaluated(0.69, 0.691, 0.69, 0.69, 0.689) };
    expect(remarks([still])).toEqual([{ kind: "has not moved" }]);
    const moved = { losses: steps(0.7, 0.4), evaluations: evaluated(0.69, 0.6, 0.55, 0.5, 0.5) };
    expect(remarks([moved])).toEqual([]);
    // Not for one seed of two.
    expect(remarks([still, moved])).toEqual([]);
    // Back to where it began after a detour: that is no falling loss.
    const around = { losses: steps(1.81, 1.8), evaluations: evaluated(1.805, 1.85, 1.88, 1.85, 1.8) };
    expect(remarks([around])).toEqual([{ kind: "has not moved" }]);
  });

  test("that it is still falling", () => {
    expect(remarks([{ losses: steps(0.7, 0.4), evaluations: evaluated(0.7, 0.6, 0.5, 0.45, 0.4) }])).toEqual([
      { kind: "still falling" },
    ]);
  });

  test("that it learns by heart, and since when", () => {
    const heart = { losses: steps(0.7, 0.05), evaluations: evaluated(0.7, 0.4, 0.5, 0.6, 0.7) };
    expect(remarks([heart])).toEqual([{ kind: "learning by heart", bestStep: 10 }]);
    expect(verdict([good("LoRA", { histories: [heart] })]).sentences).toContain(
      "LoRA is learning the training rows by heart: its validation loss was lowest at step 10 and has risen since.",
    );
  });

  test("that it gives every row one answer", () => {
    expect(remarks([], [said(rows, (row) => row % 2 === 0)])).toEqual([{ kind: "one answer", answer: "ham" }]);
  });

  test("nothing of what trains nothing, or hardly began", () => {
    expect(remarks([])).toEqual([]);
    expect(remarks([{ losses: [0.7, 0.7], evaluations: evaluated(0.7, 0.7) }])).toEqual([]);
  });
});

describe("what a verdict rests on", () => {
  test("is said where it is less than test rows that nobody has seen", () => {
    const { sentences } = verdict([good("LoRA")], {
      part: "validation",
      looks: null,
      metricChangedAfterTraining: true,
    });
    expect(sentences.slice(-2)).toEqual([
      "These are validation rows: whatever was chosen by them looks better on them than it is.",
      "Accuracy was chosen after training began: a lead in it may have been picked.",
    ]);
    expect(verdict([good("LoRA")], { looks: 3 }).sentences.at(-1)).toBe(
      "These test rows have been looked at 3 times: choices made in between make them less of a test.",
    );
    const changed = { relabelled: 2, leftOut: 1, afterLook: false };
    const told = verdict([good("LoRA")], { testRowsChanged: changed });
    expect(told.testRowsChanged).toEqual(changed);
    expect(told.sentences.at(-1)).toBe("Test rows were changed: 2 rows relabelled, 1 left out.");
    const late = verdict([good("LoRA")], { looks: 2, testRowsChanged: { ...changed, afterLook: true } });
    expect(late.sentences.at(-1)).toBe(
      "Test rows were changed: 2 rows relabelled, 1 left out. That was after they had been read, so the result may have had a say in it.",
    );
  });
});

test("rows of a scored file are called so, and nothing is said of looks or parts", () => {
  const { sentences } = verdict([good("LoRA"), fair("IA3")], { part: "file", looks: null });
  expect(sentences[0]).toContain("on 300 rows of the file");
  expect(sentences.join(" ")).not.toMatch(/set aside|looked at|test row/);
});

test("a stored verdict is written in the same sentences", () => {
  const judged = verdict([good("LoRA"), level("SK-Prefix"), fair("Head only", { kind: "control" })]);
  const stored = JSON.parse(JSON.stringify(judged)) as Verdict;
  expect(stored).toEqual(judged);
  expect(writeSentences(stored)).toEqual(judged.sentences);
  const again = verdict([good("LoRA"), level("SK-Prefix"), fair("Head only", { kind: "control" })]);
  expect(again).toEqual(judged);
});

test("what is needed is said in rows or seeds, roughly, or that both are", () => {
  const facts = verdict([good("LoRA"), fair("IA3")], { part: "test" });
  const [first, second] = facts.runs;
  const runs = [first!, { ...second!, value: 0.89 }];
  const pairs = facts.pairs.map((pair) => ({ ...pair, beyondLuck: false }));
  const said = (needed: Verdict["needed"]) =>
    writeSentences({ ...facts, runs, pairs, needed }).filter((sentence) => /difference of/.test(sentence));
  const between = "difference of 2 points between LoRA and IA3";
  expect(said({ rows: 4321, seeds: null })).toEqual([`To see a ${between}, about 4,300 test rows would be needed.`]);
  expect(said({ rows: 4321, seeds: 7 })).toEqual([
    `To see a ${between}, about 4,300 test rows, or 7 seeds on these rows would be needed.`,
  ]);
  expect(said({ rows: 200, seeds: null })).toEqual([`A ${between} would most likely have shown on these rows.`]);
  expect(said({ rows: null, seeds: null })).toEqual([`To see a ${between}, both more rows and more seeds are needed.`]);
  expect(said(null)).toEqual([]);
});

test("needed rows are those of the textbook's formula", () => {
  // 2 points between two runs that differ in a fifth of the rows: (1.96 + 0.84)² · 0.2 / 0.02² =
  // 3,924.
  const parts = { rows: { variance: 0.2 / 1000, freedom: 1e6 }, seeds: null };
  const { rows: found, seeds } = neededRowsAndSeeds(parts, { wanted: 0.02, rows: 1000, seeds: 1, pairs: 1 });
  expect(found! / 3924.4).toBeCloseTo(1, 3);
  expect(seeds).toBeNull();
  const noisy = { rows: { variance: 1e-5, freedom: 1e6 }, seeds: { variance: 1e-3, freedom: 2 } };
  const needed = neededRowsAndSeeds(noisy, { wanted: 0.02, rows: 1000, seeds: 3, pairs: 1 });
  expect(needed.rows).toBeNull();
  expect(needed.seeds).toBeGreaterThan(3);
});
