/** The report of a comparison: what is in it, and what is not. */

import { describe, expect, test } from "vitest";
import { configurationSchema } from "../../../src/plan/configuration";
import type { ReportFacts, ReportRun } from "../../../src/report/facts";
import { writeReport } from "../../../src/report/markdown";
import type { Verdict, VerdictRun } from "../../../src/verdict/verdict";
import { formats, migrate } from "../../../src/versions/versions";

const judged = (run: string, value: number, more: Partial<VerdictRun> = {}): VerdictRun => ({
  ...{ run, kind: "tuned", seeds: 1, parameters: 11328, remarks: [], value, low: value - 0.1, high: value + 0.1 },
  ...more,
});

const verdict: Verdict = {
  ...{ metric: "accuracy", metricChangedAfterTraining: false, part: "test", rows: 300, looks: 2 },
  runs: [judged("LoRA | rank 8", 0.75), judged("Words", 0.5, { kind: "answerer", basis: "texts", parameters: null })],
  pairs: [
    {
      ...{ first: "LoRA | rank 8", second: "Words", test: "exact McNemar", p: 0.0004, adjustedP: 0.0004 },
      ...{ beyondLuck: true, difference: { value: 0.25, low: 0.2, high: 0.3 } },
    },
  ],
  ...{ chance: 0.25, majority: 0.4, claims: [], needed: null, onlyLabel: null, leftOut: [] },
  againstMajority: {
    label: "ham",
    runs: [
      {
        ...{ run: "Words", test: "exact McNemar", p: 0.2, adjustedP: 0.4, beyondLuck: false },
        difference: { value: -0.1, low: -0.2, high: 0.004 },
      },
    ],
  },
  sentences: ["The answer first.", "Then the rest."],
};

const run: ReportRun = {
  ...{ group: "LoRA | rank 8", reason: null, curves: { steps: [], evaluations: [] } },
  ...{ run: "LoRA | rank 8", method: "LoRA", learningRate: 0.001, parameters: 11328, state: "finished" },
  ...{ steps: 40, seconds: 12.34, test: { loss: 0.61234, accuracy: 0.75 } },
  validation: { loss: 0.5, accuracy: 0.8, f1: Number.NaN },
};

const facts: ReportFacts = {
  ...{ labels: [], identity: null, failures: [], rows: null },
  configuration: configurationSchema.parse({
    model: "bundled:small-base",
    data: { train: "rows.csv", columns: { text: "text", label: "label" } },
    runs: [
      { name: "LoRA | rank 8", method: "lora" },
      { name: "CPT", method: "cpt", options: { text: "The patient has a fever. = [ill]" } },
    ],
  }),
  ...{ data: "Question types", model: "small-base", started: new Date(0), device: "the processor" },
  versions: { studio: "1.2.3" },
  files: [{ file: "rows.csv", rows: 1000 }],
  parts: { train: 800, validation: 100, test: 100 },
  notices: ["rows.csv: skipped 3 empty cells (rows 4, 5, 6)."],
  check: [
    { isGood: false, said: '80 % of the rows are "rain": always saying so is 80 % right.' },
    { isGood: true, said: "No text is in two parts." },
  ],
  ...{ verdict, runs: [run], unequal: ["SK-Prefix shortens the text."] },
};

describe("the report", () => {
  const report = writeReport(facts);

  test("has the verdict's own sentences, first", () => {
    expect(report.slice(0, report.indexOf("Accuracy on"))).toBe(
      "# Question types · small-base\n\n## Verdict\n\nThe answer first.\n\nThen the rest.\n\n",
    );
  });

  test("has runs and differences in tables, whose cells are what they are", () => {
    expect(report).toContain("| LoRA \\| rank 8 | 75.0 % | 65.0 % to 85.0 % | 1 | 11,328 | tuned |");
    expect(report).toContain("| Words | 50.0 % | 40.0 % to 60.0 % | 1 | – | no language model |");
    expect(report).toContain(
      "| LoRA \\| rank 8 | Words | +25.0 points | +20.0 points to +30.0 points | < 0.001 | < 0.001 | yes | exact McNemar |",
    );
    expect(report).toContain(
      "| Words | always the largest label | −10.0 points | −20.0 points to +0.4 points | 0.200 | 0.400 | no | exact McNemar |",
    );
    const [head, rule, row] = report.slice(report.indexOf("| run | method")).split("\n");
    expect(head).toContain("| validation loss | validation Accuracy | validation F1 |");
    expect(row).toBe(
      "| LoRA \\| rank 8 | LoRA | 0.001 | 11,328 | finished | 40 | 12.3 | 0.5000 | 80.0 % | – | – | – | – | 0.6123 | 75.0 % | – | – | – | – |",
    );
    const columns = (line: string) => line.replaceAll("\\|", "").split("|").length;
    expect([columns(rule!), columns(row!)]).toEqual([columns(head!), columns(head!)]);
  });

  test("has the majority once, where it is a run", () => {
    const majority = judged("Majority", 0.4, { kind: "answerer", basis: "one answer", parameters: null });
    const own = writeReport({ ...facts, verdict: { ...verdict, runs: [...verdict.runs, majority] } });
    expect(own).not.toContain("| always the largest label |");
    expect(own).toContain("Holm's over all pairs of runs; below 0.05");
  });

  test("says the data's parts, the looks, what is not equal, and the settings", () => {
    expect(report).toContain("- rows.csv: 1,000 rows\n- 800 training rows, 100 validation rows, 100 test rows\n");
    expect(report).toContain("- these test rows have been looked at 2 times, as far as this browser knows\n");
    expect(report).toContain("\n- rows.csv: skipped 3 empty cells (rows 4, 5, 6).\n");
    // No label of the file is called so: what is quoted may be of a row.
    expect(report).toContain(
      '### Check of the data\n\n- ⚠ 80 % of the rows are "…": always saying so is 80 % right.\n',
    );
    expect(report).toContain("\n- ✓ No text is in two parts.\n");
    expect(report).toContain("## Not equal between the runs\n\n- SK-Prefix shortens the text.\n");
    expect(report).toContain("Begun 1970-01-01 00:00 UTC, computed on the processor. Versions: studio 1.2.3.");
    const settings = report.slice(report.indexOf("```json") + 7, report.lastIndexOf("```"));
    // What opens them reads them as they were, but for the examples.
    const opened = configurationSchema.parse(migrate(formats.configuration, JSON.parse(settings)));
    const [lora, cpt] = facts.configuration.runs;
    expect(opened).toEqual({ ...facts.configuration, runs: [lora, { ...cpt, options: opened.runs[1]!.options }] });
  });

  test("has no text of a row", () => {
    expect(report).not.toContain("fever");
    expect(report).toContain("(labelled examples, left out of the report)");
  });

  test("is written without a verdict, and of what is not known any more", () => {
    const bare = writeReport({ ...facts, verdict: null, device: null, parts: null, files: [], unequal: [] });
    expect(bare).toContain("There is no verdict: nothing could be judged.");
    expect(bare).not.toContain("computed on");
    expect(bare).not.toContain("Not equal");
    const unknown = writeReport({ ...facts, verdict: { ...verdict, looks: null, runs: [] } });
    expect(unknown).toContain("- how often these test rows had been looked at before is not known\n");
    expect(unknown).not.toContain("best first");
  });
});
