/** What the page gives a report: every run's last figures, and what is known of the data. */

import { expect, test } from "vitest";
import { addEvaluation, addStep } from "../../../src/page/curves/run-curves";
import { reportFacts } from "../../../src/page/export/report-facts";
import { comparison, evaluation, record, step } from "./events";

test("a report has the last validation figures of each run and those of the test rows", () => {
  const lora = record("lora", { state: "finished", learningRate: 0.01 });
  addStep(lora.curves, step("lora", 4, 0.3));
  addEvaluation(lora.curves, evaluation("lora", 0, 0.9, 0.2));
  addEvaluation(lora.curves, evaluation("lora", 4, 0.5, 0.75));
  lora.test = { ...evaluation("lora", 4, 0.6, 0.5), split: "test" };
  const beside = record("imported", { beside: true });
  const parts = { train: 80, validation: 10, test: 10 };
  const facts = reportFacts(
    comparison([lora, record("head"), beside], { executor: "processor", parts, dataNotices: ["A row is empty."] }),
  );
  expect(facts.runs).toMatchObject([
    {
      ...{ run: "lora", learningRate: 0.01, state: "finished", steps: 4, seconds: 0.4 },
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
  });
});
