/** Facts of a comparison for the tests of reports and log files. */

import { configurationSchema } from "../../../src/plan/configuration";
import type { ReportFacts, ReportRun } from "../../../src/report/facts";
import type { Verdict, VerdictRun } from "../../../src/verdict/verdict";

const judged = (run: string, value: number, more: Partial<VerdictRun> = {}): VerdictRun => ({
  ...{ run, kind: "tuned", seeds: 1, parameters: 11328, remarks: [], value, low: value - 0.1, high: value + 0.1 },
  ...more,
});

export const reportVerdict: Verdict = {
  ...{ metric: "accuracy", metricChangedAfterTraining: false, part: "test", rows: 300, looks: 1 },
  runs: [judged("LoRA", 0.5), judged("Examples", 0.25, { kind: "control" })],
  pairs: [
    {
      ...{ first: "LoRA", second: "Examples", test: "exact McNemar", p: 0.0004, adjustedP: 0.0004 },
      ...{ beyondLuck: true, difference: { value: 0.25, low: 0.2, high: 0.3 } },
    },
  ],
  ...{ chance: 0.25, majority: 0.4, claims: [], needed: null, onlyLabel: null, leftOut: [], againstMajority: null },
  sentences: ["LoRA is best: 50.0 % accuracy on 300 test rows. It is ahead beyond luck.", "Then the rest."],
};

/** Two steps, the second with a loss that is no number, and an evaluation before and after. */
export function reportRun(run: string, more: Partial<ReportRun> = {}): ReportRun {
  const at = (step: number, loss: number) => ({
    ...{ step, loss, epoch: step / 10, learningRate: 0.001, gradNorm: step, tokens: 40 * step, seconds: step / 4 },
  });
  return {
    ...{ run, group: run, method: "LoRA", learningRate: 0.001, parameters: 11328, state: "finished", reason: null },
    ...{ steps: 2, seconds: 0.5, validation: { loss: 0.9, accuracy: 0.75 }, test: { loss: 0.8, accuracy: 0.5 } },
    curves: {
      steps: [at(1, 1), at(2, Number.NaN)],
      evaluations: [
        { step: 0, seconds: 0, loss: 1.1, accuracy: 0.25 },
        { step: 2, seconds: 0.5, loss: 0.9, accuracy: 0.75 },
      ],
    },
    ...more,
  };
}

export function reportFacts(more: Partial<ReportFacts> = {}): ReportFacts {
  return {
    configuration: configurationSchema.parse({
      model: "bundled:small-base",
      data: { train: "rows.csv", columns: { text: "text", label: "label" } },
      runs: [
        { name: "LoRA", method: "lora", options: { rank: 8 } },
        { name: "Examples", method: "cpt", options: { text: "The patient has a fever. = [ill]" } },
      ],
    }),
    ...{ data: "Complaints", model: "small-base", started: new Date(0), device: "the processor" },
    versions: { studio: "1.2.3" },
    files: [{ file: "rows.csv", rows: 1000 }],
    parts: { train: 800, validation: 100, test: 100 },
    labels: [
      { name: "ill", train: 600, validation: 75, test: 75 },
      { name: "well", train: 200, validation: 25, test: 25 },
    ],
    notices: ['rows.csv, column "text": skipped 1 empty cell (row 7).'],
    identity: {
      tables: [{ part: "train", file: "rows.csv", fingerprint: "aa11" }],
      rows: "bb22",
      model: { weights: "cc33", files: [{ name: "model.safetensors", bytes: 1234567, sha256: "dd44" }] },
    },
    verdict: reportVerdict,
    runs: [reportRun("LoRA"), reportRun("Examples", { method: "CPT" })],
    ...{ unequal: [], failures: [], rows: null },
    ...more,
  };
}
