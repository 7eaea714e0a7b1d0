/**
 * Runs of two comparisons on the same rows: tested from what is kept of their answers as the
 * verdict of one comparison with all of them tests them, and refused where that cannot be.
 */

import { describe, expect, test } from "vitest";
import { luckInWords } from "../../../src/page/notebook/luck-in-words";
import { tasks } from "../../../src/tasks/registry";
import { decide, type JudgedRun } from "../../../src/verdict/decide";
import { holm } from "../../../src/verdict/holm";
import { compareKept, type KeptOutcomes, keepOutcomes } from "../../../src/verdict/kept-outcomes";

const LABELS = ["ham", "spam"];
const task = tasks["sequence-classification"];
const blank = { ids: new Int32Array(1), fullLength: 1, truncated: false };

/** Rows of a file, with labels in turn; their number is no multiple of eight. */
const rows = Array.from({ length: 123 }, (_, row) => ({ ...blank, row: 7 + 2 * row, labels: Int32Array.of(row % 2) }));

function said(isRight: (row: number) => boolean, examples = rows): JudgedRun["seeds"][number] {
  const outputs = examples.map(({ labels }, row) => {
    const answer = isRight(row) ? labels[0]! : 1 - labels[0]!;
    return Float32Array.of(Number(answer === 0), Number(answer === 1));
  });
  return { examples, evaluation: { outputs, losses: outputs.map(() => new Float32Array(1)) } };
}

const run = (name: string, ...seeds: JudgedRun["seeds"]): JudgedRun => ({
  ...{ run: name, kind: "tuned", parameters: 10, histories: [], seeds },
});

const kept = (runs: readonly JudgedRun[], more: Partial<Pick<KeptOutcomes, "metric" | "part">> = {}) =>
  keepOutcomes({ task, labels: LABELS, metric: "accuracy", part: "test", ...more }, runs);

function together(runs: readonly JudgedRun[]) {
  return decide({
    ...{ task, metric: "accuracy", metricChangedAfterTraining: false, part: "test", looks: 1, labels: LABELS },
    ...{ runs, leftOut: [], claims: [], trainLabels: [[0, 1]], seed: 0 },
  }).pairs;
}

function tested(one: KeptOutcomes | null, other: KeptOutcomes | null) {
  const compared = compareKept(one, other);
  if ("why" in compared) throw new Error(compared.why);
  return compared;
}

describe("runs of two comparisons", () => {
  const good = (row: number) => row % 10 > 0;
  const fair = (row: number) => row % 10 > 3;
  const poor = (row: number) => row % 10 > 6;

  test.each([
    ["one seed", [run("A good", said(good)), run("A fair", said(fair))], [run("B poor", said(poor))]],
    [
      "two seeds",
      [
        run(
          "A good",
          said(good),
          said((row) => row % 9 > 0),
        ),
      ],
      [
        run(
          "B fair",
          said(fair),
          said((row) => row % 9 > 2),
        ),
        run(
          "B poor",
          said(poor),
          said((row) => row % 7 > 4),
        ),
      ],
    ],
  ])("are tested as the verdict of all of them together tests them: %s", (_, one, other) => {
    const { pairs, rows: count } = tested(kept(one), kept(other));
    expect(count).toBe(123);
    expect(pairs.map(({ first, second }) => [first, second])).toEqual(
      one.flatMap((first) => other.map((second) => [first.run, second.run])),
    );
    const verdict = together([...one, ...other]);
    for (const { first, second, difference, p, test: name } of pairs) {
      const same = verdict.find((pair) =>
        [pair.first, pair.second].every((which) => which === first || which === second),
      );
      const sign = same!.first === first ? 1 : -1;
      expect(difference.value).toBeCloseTo(sign * same!.difference.value, 12);
      expect(p).toBeCloseTo(same!.p, 12);
      expect(name).toBe(same!.test);
    }
    // Adjusted for the pairs across alone, not for those within.
    expect(pairs.map(({ adjustedP }) => adjustedP)).toEqual(holm(pairs.map(({ p }) => p)));
    expect(pairs.some(({ beyondLuck }) => beyondLuck)).toBe(true);
  });

  test("that answer alike are not called apart, and it is said so", () => {
    const compared = tested(
      kept([run("LoRA", said(good))]),
      kept([
        run(
          "LoRA",
          said((row) => good(row) && row !== 5),
        ),
      ]),
    );
    expect(compared.pairs).toMatchObject([{ p: 1, beyondLuck: false }]);
    expect(luckInWords(compared)).toEqual([
      "No run of the one is ahead of a run of the other beyond luck, on the same 123\u00a0test rows.",
    ]);
  });

  test("are said to be ahead, those of one name first", () => {
    const one = kept([run("Head only", said(poor)), run("LoRA", said(poor))]);
    const [first, second, ...others] = luckInWords(tested(one, kept([run("LoRA", said(good))])));
    expect(first).toBe("On the same 123\u00a0test rows, 2\u00a0pairs of 2 are apart beyond luck.");
    expect(second).toMatch(/^LoRA of B is ahead of LoRA of A beyond luck \(\+\d+\.\d.points\)\.$/);
    expect(others).toEqual([expect.stringMatching(/^LoRA of B is ahead of Head only of A/)]);
  });

  test("are refused by name where they are not of the same rows, metric, part or seeds", () => {
    const one = kept([run("LoRA", said(good))]);
    const others = rows.map((example) => ({ ...example, row: example.row + 1 }));
    expect(compareKept(one, kept([run("LoRA", said(good, others))]))).toEqual({
      why: "They were not measured on the same rows.",
    });
    expect(compareKept(one, kept([run("LoRA", said(good))], { part: "validation" }))).toMatchObject({
      why: expect.stringContaining("One is judged on test rows, the other on validation rows"),
    });
    expect(compareKept(one, kept([run("LoRA", said(good), said(fair))]))).toMatchObject({
      why: expect.stringContaining("1 and 2 seeds"),
    });
    expect(compareKept(one, null)).toMatchObject({ why: expect.stringContaining("it was not kept") });
  });

  test("keep nothing where the metric is no share of rows, and leave out runs on other rows", () => {
    expect(kept([run("LoRA", said(good))], { metric: "f1" })).toBeNull();
    expect(kept([])).toBeNull();
    const fewer = rows.slice(1);
    expect(kept([run("LoRA", said(good)), run("other", said(good, fewer))])?.runs.map((one) => one.run)).toEqual([
      "LoRA",
    ]);
  });

  test("of a damaged record are refused, not read as wrong answers", () => {
    const one = kept([run("LoRA", said(good))])!;
    const cut = { ...one, runs: [{ run: "LoRA", right: [one.runs[0]!.right[0]!.slice(1)] }] };
    expect(() => compareKept(one, cut)).toThrow("15 bytes are not of 123 rows");
  });
});
