/**
 * The processor against the graphics device over whole steps: a method of every kind of attachment,
 * and those with kernels, a controller or a loss of their own. With `VITE_ALL_METHODS=1` in the
 * environment all other methods follow.
 */

import { beforeAll, test } from "vitest";
import type { Executor } from "../../src/executors/executor";
import { fetchBuild } from "../../src/executors/processor/build";
import { ProcessorExecutor } from "../../src/executors/processor/executor";
import { methods } from "../../src/methods/registry";
import { referenceCases } from "../fixtures/reference-cases";
import { testExecutor } from "../training/executor";
import { compareSteps, type StepsCase } from "./whole-steps";

const lora = { method: "lora", options: { rank: 4, alpha: 8 } } as const;

const attachments: Record<string, Omit<StepsCase, "name">> = {
  "the head alone": { method: "linear-probe" },
  "a prompt": { method: "sk-prompt", options: { rank: 8 } },
  "a prompt and what comes after it": { method: "p-tuning", options: { template: "{p:3} {text} {p:2}", hidden: 24 } },
  "instead of words": { method: "dept", options: { virtualTokens: 3, positions: 40, rank: 2, alpha: 3 } },
  "keys and values": { method: "sk-prefix" },
  "keys and values beside": { method: "unified", options: { form: "attention", modifies: "attention", width: 4 } },
  "a linear's input": { method: "ia3" },
  "a linear": lora,
  "a sub-layer": { method: "adapter-parallel", options: { bottleneck: 8 } },
  "a norm's weight": { method: "ln-tuning" },
  "every weight": { method: "full" },
  "the head over the vocabulary, and words": {
    method: "lora",
    options: { rank: 4, alpha: 8, targets: ["wte", "lm_head", "c_attn"] },
    rig: "tiny-gpt2",
    task: "causal-lm",
  },
  "labels of a prompt": { method: "cpt", options: { epsilon: 0.1 }, task: "causal-lm", steps: 2 },
};

const special: Record<string, Omit<StepsCase, "name">> = {
  adalora: {
    method: "adalora",
    options: { initialRank: 4, targetRank: 2, alpha: 8, tinit: 1, tfinal: 1, deltaT: 1 },
    steps: 4,
  },
  dylora: { method: "dylora", options: { rank: 4, alpha: 8 }, steps: 2 },
  "half fine-tuning": { method: "half-fine-tuning", options: { rounds: 2, maskSeed: 3 }, steps: 2 },
  "a prompt near words": {
    method: "prompt",
    options: { init: "text", virtualTokens: null, nearWords: true, epsilon: 0.1 },
    steps: 2,
  },
  dora: { method: "dora", options: { rank: 4, alpha: 8 } },
  "dora on Conv1D": { method: "dora", options: { rank: 4, alpha: 8 }, rig: "tiny-gpt2" },
  vera: { method: "vera", options: { rank: 6, projectionKey: 7 } },
  "lora that starts in the weight": { method: "lora", options: { rank: 4, start: "pissa" }, steps: 2 },
  loha: { method: "loha", options: { rank: 3 }, steps: 2 },
  "hira on Conv1D": { method: "hira", options: { rank: 3 }, rig: "tiny-gpt2", steps: 2 },
  gralora: { method: "gralora", options: { rank: 2, blocks: 3 }, steps: 2 },
  randlora: { method: "randlora", options: { rank: 5 }, steps: 2 },
  fourierft: { method: "fourierft", options: { frequencies: 20 }, steps: 2 },
  c3a: { method: "c3a", options: { blockSize: 8 }, steps: 2 },
  oft: { method: "oft", options: { blockSize: 8 }, steps: 2 },
  delora: { method: "delora", options: { rank: 3 }, steps: 2 },
  beft: { method: "beft" },
  "road, factors for a pair": { method: "road", options: { groupSize: 8 }, steps: 2 },
  "road, factors for each entry of a pair's matrix": {
    method: "road",
    options: { variant: "road_4", groupSize: 12 },
    steps: 2,
  },
  ept: {
    method: "ept",
    options: { virtualTokens: 3, positions: 40, rank: 2, alpha: 3, fusion: 4, spaces: 2, spaceRank: 2 },
    steps: 2,
  },
  "an LSTM": { method: "p-tuning", options: { virtualTokens: 4, encoder: "lstm", hidden: 8 } },
  dropout: { method: "lora", options: { rank: 4, alpha: 8, dropout: 0.3 }, steps: 2 },
  "dropout of every row's prefix": {
    method: "sk-prefix",
    options: { preset: "reference-code", shared: true, dropout: 0.3 },
    steps: 2,
  },
  "the mean of prompt and input": { method: "sk-prompt", pooling: "prompted mean" },
  "words of a table": { method: "lora", options: { rank: 4, alpha: 8, targets: ["embed_tokens", "q_proj"] } },
  "tags of tokens": { ...lora, task: "token-classification" },
  "several labels": { method: "sk-prefix", options: { map: "lowRank", rank: 4 }, task: "multi-label-classification" },
  "a number": { method: "sk-prefix", options: { map: "diagonal" }, task: "regression" },
  "the mean of the states": { method: "prefix", options: { virtualTokens: 3 }, pooling: "mean" },
  "weights in parts": {
    method: "lora",
    options: { rank: 2, targets: "all-linear" },
    rig: "tiny-gpt2",
    largestBuffer: 36_000,
  },
  "a soft cap and windows": { ...lora, rig: "tiny-gemma2" },
  ALiBi: { ...lora, rig: "tiny-bloom-bare" },
  "an encoder": { method: "bitfit", rig: "tiny-bert" },
};

const named = (cases: Record<string, Omit<StepsCase, "name">>) =>
  Object.entries(cases).map(([name, one]) => ({ name, ...one }));
const chosen: readonly StepsCase[] = [...named(attachments), ...named(special)];

/** The methods that none of those has, as their first fixture has them. */
function others(): StepsCase[] {
  const cases = Object.entries(referenceCases).flatMap(([rig, own]) =>
    Object.values(own).map(({ method, options }) => ({ rig, method, options: { ...options } })),
  );
  return methods
    .filter((method) => !chosen.some((one) => one.method === method.id))
    .map(({ id }) => ({ name: id, ...cases.find(({ method }) => method === id)!, steps: 2 }));
}

/** Set for a run over all methods. */
const all = import.meta.env.VITE_ALL_METHODS === "1";

let device: Executor;
let processor: ProcessorExecutor;
beforeAll(async () => {
  device = await testExecutor();
  processor = new ProcessorExecutor({ build: () => fetchBuild("plain"), threads: 1 });
  await processor.ready();
});

test.each([...chosen, ...(all ? others() : [])])("$name", async (one) => {
  await compareSteps(device, processor, one);
});
