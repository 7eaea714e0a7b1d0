/**
 * `training.tokenNoise` in whole trainings: nothing changes at rate 0, bit for bit; the measured
 * share follows the ramp; and a training that is stopped goes on to the same losses.
 */

import { expect, test } from "vitest";
import type { TinySetup } from "./tiny-comparison";
import { tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const timeout = 120_000;
const llama = openTinyLlama();
const STEPS = 12;

const runs = [
  { name: "lora", method: "lora", learningRate: 0.01 },
  // Its text begins with the beginning-of-sequence token, so that rows come without it.
  { name: "sk", method: "sk-prefix", learningRate: 0.01 },
];

async function setup(tokenNoise?: NonNullable<TinySetup["training"]>["tokenNoise"]): Promise<TinySetup> {
  const rows = await tinyRows(llama.model, [8, 7, 8, 6, 7, 8, 8, 6]);
  // Every token but the first is learned.
  const language = rows.map((row) => ({
    ...row,
    labels: row.ids.map((_, place) => row.ids[place + 1] ?? -100),
  }));
  const data = { ...tinyData(language.slice(0, 6), language.slice(6)), task: "causal-lm" as const, labels: [] };
  return { data, runs, training: { steps: STEPS, batchSize: 6, tokenNoise } };
}

test("at rate 0 every loss is that of a training without noise", { timeout }, async () => {
  const without = await llama.trained(await setup());
  const none = await llama.trained(await setup({ rate: 0, ramp: 0, replacement: "random" }));
  const noisy = await llama.trained(await setup({ rate: 0.5, ramp: 0, replacement: "random" }));
  for (const { name } of runs) {
    expect(none.losses(name)).toEqual(without.losses(name));
    expect(noisy.losses(name)).not.toEqual(without.losses(name));
  }
  expect(without.of("step", "lora")[0]).not.toHaveProperty("replacedTokens");
});

test("the share that was replaced follows the ramp, and a training that goes on has the same losses", {
  timeout,
}, async () => {
  const noise = { rate: 0.6, ramp: 0.5, replacement: "random" } as const;
  const whole = await llama.trained(await setup(noise));
  const counts = whole.of("step", "lora").map(({ replaceableTokens, replacedTokens }) => ({
    tokens: replaceableTokens!,
    replaced: replacedTokens!,
  }));
  expect(counts[0]).toMatchObject({ replaced: 0 });
  for (const [step, { tokens, replaced }] of counts.entries()) {
    const rate = 0.6 * Math.min(1, step / (0.5 * STEPS));
    expect(Math.abs(replaced / tokens - rate), `step ${step}`).toBeLessThanOrEqual(
      4 * Math.sqrt((rate * (1 - rate)) / tokens),
    );
  }
  const parted = llama.create({ ...(await setup(noise)), onEvent: stopAt(5) });
  await parted.comparison.prepare();
  await parted.comparison.train();
  expect(parted.losses("lora").length).toBeLessThan(STEPS);
  await parted.comparison.continue(false);
  for (const { name } of runs) {
    const last = new Map(parted.of("step", name).map(({ step, loss }) => [step, loss]));
    expect([...last.values()]).toEqual(whole.losses(name));
  }
});

/** Stops once, when a step has arrived. */
function stopAt(step: number): TinySetup["onEvent"] {
  let stopped = false;
  return (event, comparison) => {
    if (stopped || event.type !== "step" || event.step < step) return;
    stopped = true;
    comparison.stop();
  };
}
