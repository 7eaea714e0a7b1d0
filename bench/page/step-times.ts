/** How much longer a training step takes than its forward pass, for every kind of method and a few batch shapes. */

import { methodOf } from "../../src/methods/registry";
import { BatchBuffers } from "../../src/training/batch-buffers";
import { parseOptions, Run } from "../../src/training/run";
import { Workspace } from "../../src/training/workspace";
import { medians } from "./clock";
import type { Measured, StepTimes } from "./parts";
import { CLASSES, fillWithExamples, type Rig } from "./rig";

interface Case {
  readonly name: string;
  readonly method: string;
  readonly options?: Record<string, unknown>;
  /** Largest step / forward wanted; without it there is no goal. */
  readonly goal?: number;
}

const CASES: readonly Case[] = [
  { name: "LoRA, all linear layers", method: "lora", options: { targets: "all-linear" }, goal: 2.5 },
  { name: "LoRA, q and v", method: "lora", options: { targets: ["q_proj", "v_proj"] } },
  { name: "LoRA, q and v, dropout", method: "lora", options: { targets: ["q_proj", "v_proj"], dropout: 0.1 } },
  { name: "DoRA, q and v", method: "dora" },
  { name: "AdaLoRA, q and v", method: "adalora" },
  { name: "DyLoRA, q and v", method: "dylora" },
  { name: "VeRA, q and v", method: "vera" },
  { name: "SK-Prefix", method: "sk-prefix", goal: 2.2 },
  { name: "prefix tuning", method: "prefix" },
  { name: "prompt tuning", method: "prompt" },
  { name: "adapter (parallel)", method: "adapter-parallel" },
  { name: "Mix-And-Match", method: "mix-and-match" },
  { name: "last layer only", method: "last-layer" },
  { name: "full fine-tuning", method: "full" },
  { name: "head only", method: "linear-probe" },
  { name: "hard text", method: "hard-text" },
];

const SHAPES: Record<"software" | "hardware", readonly (readonly [number, number])[]> = {
  software: [
    [8, 32],
    [8, 64],
  ],
  hardware: [
    [8, 32],
    [8, 64],
    [16, 128],
  ],
};
const SAMPLES = { software: 3, hardware: 21 } as const;
const OWNER = "benchmark";
const LEARNING_RATE = 1e-3;

export async function stepTimes(rig: Rig): Promise<Measured> {
  const kind = rig.software ? "software" : "hardware";
  const rows: StepTimes[] = [];
  for (const [size, tokens] of SHAPES[kind]) {
    for (const one of CASES) rows.push(await timeCase(rig, one, size, tokens, SAMPLES[kind]));
  }
  return { part: "steps", samples: SAMPLES[kind], rows };
}

async function timeCase(
  { engine, model }: Rig,
  { name, method, options = {}, goal }: Case,
  size: number,
  tokens: number,
  samples: number,
): Promise<StepTimes> {
  const { device, memory } = engine;
  const workspace = new Workspace(engine, OWNER);
  const batch = new BatchBuffers(engine, size, tokens, OWNER);
  const run = new Run(
    engine,
    model,
    {
      name,
      method: methodOf(method),
      options: parseOptions(model, { name, method, options }),
      learningRate: LEARNING_RATE,
      weightDecay: null,
      gradClip: 1,
      classes: CLASSES,
      pooling: "last",
      seed: 0,
      steps: 1000,
    },
    new Map([[tokens, batch]]),
    workspace,
  );
  try {
    workspace.allocate();
    await run.compile();
    await memory.settled();
    fillWithExamples(model, batch);
    const step = run.step(tokens);
    let updates = 0;
    const times = await medians(
      device,
      {
        forward: () => step.forward(),
        backward: () => {
          const encoder = device.createCommandEncoder();
          step.encodeLoss(encoder);
          step.encodeBackward(encoder);
          device.queue.submit([encoder.finish()]);
        },
        step: () => run.train(tokens, updates++, LEARNING_RATE),
      },
      samples,
    );
    const batchName = `${size} × ${tokens}`;
    console.log(`${name}, ${batchName}: ${(times.step / times.forward).toFixed(2)}`);
    return {
      method: name,
      batch: batchName,
      ...times,
      goal: goal ?? null,
      dispatches: step.tuned.plan.dispatches.length,
    };
  } finally {
    await run.release();
    memory.releaseOwner(OWNER);
  }
}
