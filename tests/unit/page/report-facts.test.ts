/** What the page gives a report: every run's last figures, and what is known of the data. */

import { expect, test } from "vitest";
import { addEvaluation, addStep } from "../../../src/page/curves/run-curves";
import { reportFacts } from "../../../src/page/export/report-facts";
import { comparison, evaluation, record, step } from "./events";

test("a report has the last validation figures of each run and those of the test rows", () => {
  const lora = record("lora", { slot: 3, state: "finished", learningRate: 0.01 });
  addStep(lora.curves, step("lora", 4, 0.3));
  addEvaluation(lora.curves, evaluation("lora", 0, 0.9, 0.2));
  addEvaluation(lora.curves, evaluation("lora", 4, 0.5, 0.75));
  lora.test = { ...evaluation("lora", 4, 0.6, 0.5), split: "test" };
  const beside = record("imported", { beside: true });
  const parts = { train: 80, validation: 10, test: 10 };
  const dataCheck = [{ id: "repeats", isGood: true, said: "No text is there twice in one part." }] as const;
  const facts = reportFacts(
    comparison([lora, record("head"), beside], {
      executor: "processor",
      parts,
      dataNotices: ["A row is empty."],
      dataCheck,
    }),
  );
  expect(facts.runs).toMatchObject([
    {
      ...{ run: "lora", look: 3, learningRate: 0.01, state: "finished", steps: 4, seconds: 0.4 },
      ...{ validation: { loss: 0.5, accuracy: 0.75 }, test: { loss: 0.6, accuracy: 0.5 } },
    },
    { run: "head", steps: 0, validation: null, test: null },
  ]);
  expect(facts).toMatchObject({
    parts,
    device: "the processor",
    verdict: null,
    unequal: [],
    notices: ["A row is empty."],
    check: [{ isGood: true, said: "No text is there twice in one part." }],
    ...{ failures: [], rows: null, identity: null, labels: [] },
  });
  const [own] = facts.runs;
  expect(own!.curves.steps).toEqual([
    { step: 4, epoch: 0.04, loss: 0.3, learningRate: 0.001, gradNorm: 1, tokens: 40, seconds: 0.4 },
  ]);
  expect(own!.curves.evaluations).toMatchObject([
    { step: 0, seconds: 0, loss: 0.9, accuracy: 0.2 },
    { step: 4, seconds: 0.4, loss: 0.5, accuracy: 0.75 },
  ]);
  const failed = reportFacts(comparison([lora], { state: "failed", reason: "device lost." }), []);
  expect([failed.failures, failed.rows]).toEqual([["The comparison failed: device lost."], []]);
  const stopped = reportFacts(comparison([lora], { state: "stopped", step: 4, steps: 9 }));
  expect(stopped.failures).toEqual(["The comparison was stopped after 4 of 9 steps."]);
});
