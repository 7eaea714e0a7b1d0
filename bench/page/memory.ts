/** What four runs side by side take, and whether they still take the same many steps later. */

import { Comparison } from "../../src/comparison/comparison";
import type { Bytes } from "../../src/executors/bytes";
import { trainingSchema } from "../../src/plan/configuration";
import type { Measured } from "./parts";
import { CLASSES, drawExamples, type Rig } from "./rig";

const METHODS = ["sk-prefix", "lora", "linear-probe", "hard-text"];
const STEPS = { early: 20, late: 200 };
/** Tiny, since bytes and not times are looked at. */
const BATCH = { size: 1, tokens: 8 };

interface Snapshot {
  readonly bytes: Bytes;
  readonly created: Rig["created"];
}

/** Throws an Error with the reason if a run fails. */
export async function memoryOfRuns({ executor, model, created }: Rig): Promise<Measured> {
  const snapshots = new Map<number, Snapshot>();
  let failure: string | null = null;
  const examples = drawExamples(model, 16, BATCH.tokens);
  const comparison = new Comparison({
    executor,
    model,
    data: {
      task: "sequence-classification",
      labels: Array.from({ length: CLASSES }, (_, index) => `class ${index}`),
      train: examples,
      validation: examples.slice(0, 2),
      validationTexts: ["first", "second"],
      maxLength: BATCH.tokens,
    },
    training: trainingSchema.parse({ steps: STEPS.late, batchSize: BATCH.size, evalEvery: STEPS.late }),
    runs: METHODS.map((method) => ({ name: method, method, options: {} })),
    emit: (event) => {
      if (event.type === "run-state" && event.state === "failed") failure ??= `${event.run}: ${event.reason}`;
      if (event.type !== "step" || event.run !== METHODS.at(-1)) return;
      if (event.step % STEPS.early === 0) console.log(`step ${event.step} of ${STEPS.late}, ${METHODS.length} runs`);
      if (event.step === STEPS.early || event.step === STEPS.late) {
        snapshots.set(event.step, { bytes: executor.memory.bytes(), created: { ...created } });
      }
    },
  });
  try {
    await comparison.prepare();
    await comparison.train();
    const [early, late] = [snapshots.get(STEPS.early), snapshots.get(STEPS.late)];
    if (failure || !early || !late) throw new Error(failure ?? "The comparison ended before its last step.");
    return {
      part: "memory",
      runs: METHODS,
      steps: STEPS,
      early: early.bytes,
      late: late.bytes,
      weights: late.bytes.weights,
      fileBytes: model.fileBytes,
      parameters: model.parameters,
      createdBefore: early.created,
      created: {
        ours: late.created.ours - early.created.ours,
        onnxruntime: late.created.onnxruntime - early.created.onnxruntime,
      },
    };
  } finally {
    await comparison.release();
  }
}
