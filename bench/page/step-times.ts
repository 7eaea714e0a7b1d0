/**
 * How much longer a training step takes than its forward pass, for every kind of method and a few
 * batch shapes.
 */

import { messageOf } from "../../src/errors/message-of";
import { approaches, approachOf } from "../../src/methods/registry";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { medians } from "./clock";
import { type Measured, type StepTimes, YARDSTICK } from "./parts";
import { CLASSES, fillWithExamples, type Rig } from "./rig";

interface Case {
  readonly name: string;
  readonly method: string;
  readonly options?: Record<string, unknown>;
  /** Largest step / forward wanted; without it there is no goal. */
  readonly goal?: number;
}

/** Options beside each method's defaults. */
const CHOSEN: readonly Case[] = [
  { name: YARDSTICK, method: "lora", options: { targets: "all-linear" }, goal: 2.5 },
  { name: "LoRA, dropout", method: "lora", options: { dropout: 0.1 } },
  { name: "LoRA, word embeddings too", method: "lora", options: { targets: ["embed_tokens", "q_proj", "v_proj"] } },
  { name: "P-tuning, LSTM", method: "p-tuning", options: { encoder: "lstm" } },
  { name: "prefix tuning, MLP", method: "prefix", options: { projection: 64 } },
];
const GOALS: Readonly<Record<string, number>> = { "sk-prefix": 2.2 };
/** What is looked at at every batch shape; the others at the first. */
const EVERY_SHAPE = new Set([YARDSTICK, "lora", "sk-prefix", "prefix", "prompt", "linear-probe"]);

/** Every method of the registry at its defaults, and the chosen options. */
const CASES: readonly Case[] = [
  ...CHOSEN,
  ...approaches.map(({ id }) => ({ name: id, method: id, ...(GOALS[id] && { goal: GOALS[id] }) })),
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

/**
 * `only`: these methods' cases, and the yardstick; all where there are none. Throws an Error naming
 * a method that there is not.
 */
export async function stepTimes(rig: Rig, only: readonly string[] = []): Promise<Measured> {
  for (const id of only) approachOf(id);
  const kind = rig.software ? "software" : "hardware";
  const rows: StepTimes[] = [];
  const refused: { method: string; reason: string }[] = [];
  for (const [index, [size, tokens]] of SHAPES[kind].entries()) {
    const wanted = ({ name, method }: Case) => only.length === 0 || name === YARDSTICK || only.includes(method);
    const cases = CASES.filter((one) => wanted(one) && (index === 0 || EVERY_SHAPE.has(one.name)));
    for (const [done, one] of cases.entries()) {
      console.log(`${size} × ${tokens}, ${done + 1} of ${cases.length}: ${one.name}`);
      try {
        rows.push(await timeCase(rig, one, size, tokens, SAMPLES[kind]));
      } catch (error) {
        // Said beside the table: some methods train nothing on some models.
        refused.push({ method: one.name, reason: messageOf(error) });
      }
    }
  }
  return { part: "steps", samples: SAMPLES[kind], rows, refused };
}

async function timeCase(
  { executor, model }: Rig,
  { name, method, options = {}, goal }: Case,
  size: number,
  tokens: number,
  samples: number,
): Promise<StepTimes> {
  const { memory } = executor;
  const workspace = new Workspace(executor, OWNER);
  const batch = new BatchBuffers(executor, size, tokens, OWNER);
  const run = new Run(
    executor,
    model,
    {
      name,
      ...resolveMethod(model, { name, method, options }, 0),
      learningRate: LEARNING_RATE,
      weightDecay: 0.01,
      gradClip: 1,
      task: sequenceClassification,
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
      executor,
      {
        forward: () => step.forward(),
        backward: async () => {
          const commands = executor.commands();
          step.recordLoss(commands);
          step.recordBackward(commands);
          await commands.submit();
        },
        step: async () => void (await run.train(tokens, updates++, LEARNING_RATE)),
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
      dispatches: step.tuned.backward.dispatches.length,
    };
  } finally {
    await run.release();
    memory.releaseOwner(OWNER);
  }
}
