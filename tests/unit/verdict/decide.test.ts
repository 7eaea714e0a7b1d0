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
    claims: [],
    trainLabels: [[0, 1, 0, 1]],
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
      'Every run is ahead of always saying "ham" (50.0 %) beyond luck.',
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

  test("is nobody of all where the best may be luck, but one in between is ahead of another", () => {
    const hundred = rowsOf(100);
    const right = (name: string, isRight: (row: number) => boolean, more: Partial<JudgedRun> = {}) =>
      run(name, [said(hundred, isRight)], more);
    const three = (kind: JudgedRun["kind"]) => [
      right("LoRA", (row) => row >= 30),
      right("SK-Prefix", (row) => row < 69),
      right("Head only", (row) => row < 57, { kind }),
    ];
    const first = [
      "No run is ahead of all others beyond luck. LoRA has 70.0 % accuracy on 100 test rows; its differences from " +
        "SK-Prefix (69.0 %) and Head only (57.0 %) may be luck.",
      "But SK-Prefix is ahead of Head only beyond luck.",
    ];
    const judged = verdict(three("control"));
    expect(judged.pairs.map(({ beyondLuck }) => beyondLuck)).toEqual([false, false, true]);
    expect(judged.sentences.slice(0, 4)).toEqual([
      ...first,
      "Head only is beaten by a tuned run beyond luck.",
      "LoRA is not ahead of Head only beyond luck.",
    ]);
    const tuned = verdict(three("tuned")).sentences;
    expect(tuned.slice(0, 2)).toEqual(first);
    expect(tuned.join(" ")).not.toMatch(/may be as good|No run is ahead beyond luck/);
    // And where the best is ahead of some: those level with it are still told apart.
    const fourth = verdict([...three("tuned"), right("IA3", (row) => row < 4)]).sentences;
    expect(fourth.slice(0, 3)).toEqual([
      "LoRA has 70.0 % accuracy on 100 test rows; its differences from SK-Prefix (69.0 %) and Head only (57.0 %) may be luck.",
      "LoRA is ahead of IA3 (4.0 %) beyond luck.",
      "But SK-Prefix is ahead of Head only beyond luck.",
    ]);
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
    expect(judged).toMatchObject({ chance: null, majority: null, againstMajority: null });
  });
});

describe("guessing", () => {
  test("goes by the training rows' labels", () => {
    const judged = verdict([fair("LoRA")], { trainLabels: [[0, 0, 0, 1]] });
    expect(judged.chance).toBeCloseTo(0.5, 12);
    expect(judged.majority).toBe(0.5);
    expect(judged.againstMajority).toMatchObject({ label: "ham", runs: [{ run: "LoRA", beyondLuck: true }] });
  });

  test("goes by each row's own fold", () => {
    // The rows of the second fold are answered by runs that were trained on other rows.
    const trainLabels = [
      [0, 0, 0, 1],
      [1, 1, 1, 1, 0],
    ];
    const judged = verdict([fair("LoRA")], { trainLabels, divisionOf: (row) => Number(row >= 200) });
    // Of 300 rows in turn: 100 of the first 200 are ham, and 50 of the other 100 are spam.
    expect(judged.majority).toBe(0.5);
    expect(judged.chance).toBeCloseTo((100 * 0.75 + 100 * 0.25 + 50 * 0.2 + 50 * 0.8) / 300, 12);
    const spam = rowsOf(300).map((row) => ({ ...row, labels: Int32Array.of(Number(row.row >= 200)) }));
    const sorted = verdict([run("LoRA", [said(spam, () => true)])], {
      trainLabels,
      divisionOf: (row) => Number(row >= 200),
    });
    expect(sorted.majority).toBe(1);
    expect(sorted.againstMajority!.label).toBeNull();
    expect(sorted.sentences).toContain(
      "LoRA is not ahead of always saying the largest label of the training rows (100.0 %) beyond luck.",
    );
  });

  test("is not beaten by who is level with it", () => {
    const barely = run("LoRA", [said(rows, (row) => row % 2 === 0 || row < 8)]);
    const { sentences, againstMajority } = verdict([barely]);
    expect(againstMajority!.runs[0]!.beyondLuck).toBe(false);
    expect(sentences).toContain('LoRA is not ahead of always saying "ham" (50.0 %) beyond luck.');
  });

  const below = run("low", [said(rows, (row) => row % 10 === 3 || row % 10 === 6)]);
  const barely = run("level", [said(rows, (row) => row % 2 === 0 || row < 8)]);

  test("is tested for every run, by Holm over the runs", () => {
    const { runs, label } = verdict([good("LoRA"), barely, below]).againstMajority!;
    expect(label).toBe("ham");
    expect(runs.map(({ run: name, beyondLuck, difference }) => [name, beyondLuck, difference.value > 0])).toEqual([
      ["LoRA", true, true],
      ["level", false, true],
      ["low", true, false],
    ]);
    const alone = verdict([barely]).againstMajority!.runs[0]!;
    expect(runs[1]!.p).toBe(alone.p);
    expect(runs[0]!.adjustedP).toBeCloseTo(3 * runs[0]!.p, 12);
  });

  test("is said of all runs: ahead, not ahead and behind", () => {
    const last = (...runs: JudgedRun[]) => verdict(runs).sentences.find((sentence) => /always saying/.test(sentence));
    const always = 'always saying "ham" (50.0 %)';
    expect(last(good("LoRA"), barely, below)).toBe(
      `low is behind ${always} beyond luck; level is not ahead of it beyond luck; the other run is ahead of it.`,
    );
    expect(last(good("LoRA"), fair("IA3"), barely)).toBe(
      `level is not ahead of ${always} beyond luck; all other runs are ahead of it.`,
    );
    expect(last(barely, run("also", barely.seeds))).toBe(`No run is ahead of ${always} beyond luck.`);
    expect(last(below, run("also", below.seeds))).toBe(`low and also are behind ${always} beyond luck.`);
  });

  test("that is a run of its own is judged by its pairs, and is not told that its answers are all the same", () => {
    const ham = run("Majority", [said(rows, (row) => row % 2 === 0)], {
      ...{ kind: "answerer", basis: "one answer", parameters: null },
    });
    const judged = verdict([good("LoRA"), ham, below]);
    expect(judged.runs.map(({ remarks }) => remarks)).toEqual([[], [], []]);
    const pair = judged.pairs.find(({ first, second }) => first === "Majority" && second === "low")!;
    const own = judged.againstMajority!.runs.find((one) => one.run === "low")!;
    expect(own).toMatchObject({ p: pair.p, adjustedP: pair.adjustedP, beyondLuck: true });
    expect(own.difference).toEqual({
      ...{ value: -pair.difference.value, low: -pair.difference.high, high: -pair.difference.low },
    });
    expect(judged.againstMajority!.runs.map((one) => one.run)).toEqual(["LoRA", "low"]);
  });
});

describe("what has to be beaten", () => {
  const control = (name: string, seeds: JudgedRun["seeds"]) => run(name, seeds, { kind: "control" });
  const bag = (seeds: JudgedRun["seeds"]) =>
    run("Bag of words", seeds, { kind: "answerer", basis: "texts", parameters: null });
  /** 75 % right. */
  const middle = (name: string) => run(name, [said(rows, (row) => row % 4 > 0)]);
  const about = (runs: JudgedRun[], pattern: RegExp) =>
    verdict(runs).sentences.filter((sentence) => pattern.test(sentence));

  test("is said of tuned runs that are behind it, or not ahead of it, where others are", () => {
    const head = control("Head only", middle("").seeds);
    expect(about([good("LoRA"), middle("DoRA"), fair("IA3"), head], /Head only/)).toEqual([
      expect.stringMatching(/^LoRA is best: .* It is ahead of DoRA \(75\.0 %\), Head only \(75\.0 %\) and IA3/),
      "DoRA is not ahead of Head only beyond luck.",
      "IA3 is behind Head only beyond luck.",
    ]);
  });

  test("shares a sentence where the same runs stand the same to several", () => {
    const bars = [control("Head only", middle("").seeds), control("Hard text", middle("").seeds)];
    expect(about([good("LoRA"), middle("DoRA"), fair("IA3"), ...bars], /^(DoRA|IA3|No)/)).toEqual([
      "DoRA is not ahead of Head only or Hard text beyond luck.",
      "IA3 is behind Head only and Hard text beyond luck.",
    ]);
    expect(about([fair("IA3"), ...bars], /^(IA3|No)/)).toEqual([
      "No tuned run is ahead of Head only or Hard text beyond luck, so these rows do not show that tuning helps.",
      "IA3 is behind Hard text beyond luck.",
    ]);
  });

  test("says that the task needs no language model no further than the tests do", () => {
    const head = control("Head only", middle("").seeds);
    const none = /language model/;
    expect(about([middle("LoRA"), bag(good("").seeds), head], none)).toEqual([
      "Bag of words, which needs no language model, is best: 90.0 % accuracy on 300 test rows. It is ahead of LoRA " +
        "(75.0 %) and Head only (75.0 %) beyond luck.",
      "This task needs no language model: Bag of words uses none, and is ahead of every run that does beyond luck.",
    ]);
    // Ahead of one and level with another: that is less.
    expect(about([level("LoRA"), fair("IA3"), bag(good("").seeds)], none)[1]).toBe(
      "These rows do not show that this task needs a language model: no run is ahead of Bag of words, which uses none, " +
        "beyond luck.",
    );
    expect(about([good("LoRA"), bag(fair("").seeds)], none)).toEqual([]);
    // It answers without a model, but is what every answer has to beat.
    expect(
      about([fair("LoRA"), run("Majority", good("").seeds, { kind: "answerer", basis: "one answer" })], none),
    ).toEqual([]);
  });

  test("the majority is one of them where a row has several labels, which has no other sentence", () => {
    const examples = Array.from({ length: 100 }, (_, row) => ({
      ...blank,
      row,
      labels: Int32Array.of(0),
      values: Float32Array.of(1, row % 2),
    }));
    /** Right of so many rows. */
    const saying = (right: number) => ({
      examples,
      evaluation: {
        outputs: examples.map(({ row, values }) => values.map((on) => (on === Number(row < right) ? 5 : -5))),
        losses: examples.map(() => new Float32Array(2)),
      },
    });
    const most = run("Majority", [saying(60)], { kind: "answerer", basis: "one answer", parameters: null });
    const of = (...shares: number[]) =>
      verdict([...shares.map((share, index) => run(`tuned ${index}`, [saying(share)])), most], {
        task: tasks["multi-label-classification"],
        metric: "accuracy",
        trainLabels: null,
      }).sentences;
    expect(of(62, 61)).toContain(
      "No tuned run is ahead of Majority beyond luck: without a step it may be as good as any of them.",
    );
    expect(of(95, 61)).toContain("tuned 1 is not ahead of Majority beyond luck.");
  });

  test("is called what it is", () => {
    const first = (more: Partial<JudgedRun>) => verdict([good("best", more), fair("LoRA")]).sentences[0]!;
    expect(first({ kind: "answerer", basis: "fitted head" })).toMatch(/^best, fitted without a step, is best/);
    expect(first({ kind: "answerer", basis: "frozen model" })).toMatch(/^best, untrained, is best/);
  });
});

describe("sentences", () => {
  test("keep names with commas apart", () => {
    const { sentences } = verdict([good("LoRA, rank 8"), fair("LoRA, rank 1"), run("IA3", fair("").seeds)]);
    expect(sentences[0]).toContain('ahead of "LoRA, rank 1" (60.0 %) and IA3 (60.0 %)');
  });

  test("put the claim after the answer, however long that is, under the names of a sweep", () => {
    const claims = [0.5, 2].map((rateFactor) => ({
      ...{ text: `SK (rate × ${rateFactor})`, ownRates: false, rateFactor },
      without: [{ start: "random tokens", run: `R (rate × ${rateFactor})` }],
    }));
    const runs = [good("SK (rate × 0.5)"), level("SK (rate × 2)"), fair("R (rate × 0.5)"), fair("R (rate × 2)")];
    const { sentences } = verdict(
      runs.map((one) => ({ ...one, ratesTried: 2 })),
      { claims },
    );
    expect(sentences.slice(1, 4)).toEqual([
      "SK (rate × 0.5) is ahead of R (rate × 0.5) (60.0 %) and R (rate × 2) (60.0 %) beyond luck.",
      "Does the meaning of the text matter, at learning rates × 0.5? It does against the one control there is: SK (rate × " +
        "0.5) is ahead of the same from random tokens (by 30.0 points), beyond luck.",
      "Does the meaning of the text matter, at learning rates × 2? It does against the one control there is: SK (rate × 2) " +
        "is ahead of the same from random tokens (by 29.7 points), beyond luck.",
    ]);
    expect(sentences).toContain(
      "Runs were trained at 2 learning rates each, and which of them is best is seen on these same rows: the best of them " +
        "looks better than it is.",
    );
  });

  test("say that a look was lost where a stop left test rows unread", () => {
    const looked = (looks: number | null) =>
      verdict([good("LoRA")], { part: "validation", looks }).sentences.find((sentence) => /^A stop/.test(sentence));
    expect(looked(1)).toBe(
      "A stop came before every run had read the test rows, so validation rows decide. That counts as a look at the test " +
        "rows all the same.",
    );
    expect(looked(3)).toMatch(/all the same: there have been 3\.$/);
    expect(looked(null)).toBeUndefined();
  });

  test("say where a dial is turned", () => {
    const turned = { kind: "turned", dial: "Rank", setting: 2, most: 8 } as const;
    const { sentences, runs } = verdict([good("DyLoRA", { turned })], { part: "file", looks: null });
    expect(runs[0]!.remarks).toEqual([turned]);
    expect(sentences).toContain("DyLoRA answers at rank 2 here, not at the 8 of its training.");
  });
});

test("p of any metric is bounded by the rows that two runs differ on", () => {
  const first = run("LoRA", [said(rows, (row) => row % 10 > 0)]);
  const second = run("IA3", [said(rows, (row) => row % 10 > 0 && !(row > 200 && row < 204))]);
  // Three rows, all in favour of one: by exchanging the two on each, 2 · ½³ at least.
  for (const metric of ["accuracy", "f1", "mcc"] as const) {
    expect(verdict([first, second], { metric }).pairs[0]!.p).toBeGreaterThanOrEqual(0.25);
  }
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
    const single = rowsOf(1);
    const alone = (part: Verdict["part"]) =>
      verdict([run("LoRA", [said(single, () => true)])], { part, looks: null }).sentences[0];
    expect(alone("test")).toBe(
      'The only test row has the label "ham", so it cannot show which run tells labels apart. Use rows with several labels.',
    );
    expect(alone("file")).toMatch(/^The only row of the file has the label "ham", so it/);
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
    const later = { ...heart, evaluations: evaluated(0.7, 0.5, 0.4, 0.6, 0.7) };
    expect(verdict([good("LoRA", { histories: [later, heart] })]).sentences).toContain(
      "LoRA is learning the training rows by heart: its validation loss was lowest between steps 10 and 20 and has risen " +
        "since.",
    );
  });

  test("that it gives every row one answer", () => {
    const one = said(rows, (row) => row % 2 === 0);
    expect(remarks([], [one])).toEqual([{ kind: "one answer", answer: "ham" }]);
    expect(verdict([good("LoRA"), run("a", [one]), run("b", [one])]).sentences).toContain(
      'a and b give every row the same answer, "ham".',
    );
    expect(verdict([good("LoRA"), run("a", [one])]).sentences).toContain('a gives every row the same answer, "ham".');
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

  test("is said where rows have texts or groups of other parts", () => {
    const about = (part: Verdict["part"], texts: number, groups: number) => {
      const told = verdict([good("LoRA")], { part, looks: null, overlap: { texts, groups } });
      expect(told.overlap).toEqual({ texts, groups });
      return told.sentences.filter((said) => said.includes(", too: "));
    };
    const { rows } = verdict([good("LoRA")]);
    expect(about("test", 12, 3)).toEqual([
      `The texts of 12 of these ${rows} test rows are among the training or validation rows, too: there a run may answer from memory.`,
      `The groups of 3 of these ${rows} test rows are among the training or validation rows, too: of new groups a run may know less.`,
    ]);
    expect(about("validation", rows, 0)).toEqual([
      "The texts of all of these validation rows are among the training rows, too: there a run may answer from memory.",
    ]);
    expect(verdict([good("LoRA")])).not.toHaveProperty("overlap");
  });

  test("is said where thresholds were tuned: on these rows, or on others", () => {
    const last = (part: Verdict["part"]) =>
      verdict([good("LoRA")], { part, looks: null, thresholdsTuned: true }).sentences.at(-1);
    expect(last("test")).toBe("Labels are given above thresholds that were tuned on the validation rows.");
    expect(last("file")).toBe(last("test"));
    expect(last("validation")).toMatch(/^Labels are given above thresholds that were tuned on these very rows, which/);
    expect(verdict([good("LoRA")]).sentences.join(" ")).not.toMatch(/threshold/);
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
