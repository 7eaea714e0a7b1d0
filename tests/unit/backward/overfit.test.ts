/**
 * Supervised fine-tuning end to end in float64: LoRA learns two exchanges by heart, and greedy
 * decoding says them word for word.
 */

import { expect, test } from "vitest";
import { createBatchArrays, fillBatch } from "../../../src/data/batches";
import { tokenLabels } from "../../../src/data/channels";
import { encodeExchange, encodePrompt } from "../../../src/data/language";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { initialValues } from "../../../src/runs/parameters";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { tasks } from "../../../src/tasks/registry";
import { fixtureModel } from "../../fixtures/reference";
import { AdamW } from "../interpreter/adamw";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { runLoss } from "../interpreter/loss";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

const ROWS = [
  { text: "Soft?\n", response: "Hard." },
  { text: "2 + 2\n", response: "It is 4." },
];
const STEPS = 40;

test("a training answer is said verbatim", async () => {
  const model = await tinyModel("tiny-llama");
  const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
  const rows = ROWS.map((row) => encodeExchange(tokenizer, row, 24));
  const bucket = Math.max(...rows.map(({ ids }) => ids.length));
  const batch = createBatchArrays(rows.length, bucket, [tokenLabels]);
  fillBatch(rows, { rows: [0, 1], bucket }, tokenizer.padId!, batch);
  const plan = { name: "lora", method: "lora", options: { rank: 8, alpha: 16, targets: "all-linear" } };
  const setup = { ...tinySetup(model, plan, [], 0), task: tasks["causal-lm"] };
  const tuned = buildTunedProgram(setup, rows.length, bucket);
  const { trainables } = tuned.program;
  const values = new Map(trainables.map((tensor) => [tensor.name, Float64Array.from(initialValues(tensor, 0))]));
  const read = (ids: ArrayLike<number>, lengths: ArrayLike<number>) =>
    new Map<string, ArrayLike<number>>([...model.weights, ["input_ids", ids], ["lengths", lengths], ...values]);
  const optimizer = new AdamW(trainables, { learningRate: 0.02, weightDecay: 0 });
  const losses: number[] = [];
  const labels = Float64Array.from(batch.channels.labels!);
  for (let step = 0; step < STEPS; step++) {
    const value = evaluate(tuned.program, read(batch.inputIds, batch.lengths), [tuned.logits]);
    const { stepFigures, seed } = runLoss(tuned.loss, value(tuned.logits), { labels }, value);
    losses.push(stepFigures[0]!);
    optimizer.update(values, runBackward(tuned.backward, value, seed));
  }
  expect(losses[0]).toBeGreaterThan(3);
  // The frozen norm and head of so narrow a model cannot say anything with more certainty.
  expect(losses.at(-1)).toBeLessThan(0.15);
  for (const { text, response } of ROWS) {
    const ids = encodePrompt(tokenizer, text);
    const written: number[] = [];
    while (written.length < 12 && written.at(-1) !== tokenizer.eosId) {
      const all = [...ids, ...written];
      const one = buildTunedProgram(setup, 1, all.length);
      const value = evaluate(one.program, read(all, [all.length]), [one.logits]);
      const labels = Float64Array.from(all, (_, place) => (place === all.length - 1 ? 0 : -100));
      written.push(runLoss(one.loss, value(one.logits), { labels }, value).predictions[all.length - 1]!);
    }
    expect(tokenizer.decode(written)).toBe(response);
  }
});
