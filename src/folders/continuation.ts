/**
 * Training that goes on after a folder was read: what is written beside an adapter of a run's
 * state, the checkpoint that it gives back, and what differs from how the training began.
 */

import type { AdapterFolder } from "../adapters/folder";
import { STATE, type StateFacts, type TrainingState } from "../adapters/training-state";
import type { NamedTensor } from "../hub/write-safetensors";
import type { TrainingConfiguration } from "../plan/configuration";
import { elementCount, type Tensor } from "../program/tensor";
import type { Checkpoint, Values } from "../runs/parameters";

type Named = Pick<Tensor, "name" | "shape">;

/** What a run trains and what its controller keeps. */
export interface StatefulRun {
  readonly trainables: readonly Named[];
  readonly controllerStates: readonly Named[];
}

/**
 * A checkpoint as it is written. `held`: the tensors that the adapter's own files give back; the
 * same values are not written twice.
 */
export function trainingState(
  run: StatefulRun,
  checkpoint: Checkpoint,
  held: readonly NamedTensor[],
  facts: Omit<StateFacts, "step" | "tokens" | "keptTokens" | "seconds" | "flops">,
): TrainingState {
  const given = new Map(held.map(({ name, data }) => [name, data]));
  const named = (tensors: readonly Named[], values: Values): NamedTensor[] =>
    tensors.flatMap(({ name, shape }) => {
      const data = values.get(name);
      return data ? [{ name, shape, data }] : [];
    });
  const { step, tokens, keptTokens, seconds, flops, values, firstMoments, secondMoments, controllerStates } =
    checkpoint;
  return {
    facts: { ...facts, step, tokens, ...(keptTokens !== undefined && { keptTokens }), seconds, flops },
    values: named(run.trainables, values).filter(({ name, data }) => !equal(given.get(name), data)),
    firstMoments: named(run.trainables, firstMoments),
    secondMoments: named(run.trainables, secondMoments),
    controllerStates: named(run.controllerStates, controllerStates),
  };
}

function equal(a: Float32Array | undefined, b: Float32Array): boolean {
  return a?.length === b.length && a.every((value, index) => value === b[index]);
}

/**
 * The checkpoint of a state.
 * @param held the tensors that the adapter's own files give back.
 * @throws Error naming run and tensor where the state lacks one, has one too many or one of another
 * shape.
 */
export function checkpointOf(
  name: string,
  run: StatefulRun,
  { facts, values, firstMoments, secondMoments, controllerStates }: TrainingState,
  held: readonly NamedTensor[],
): Checkpoint {
  const stored = new Set(values.map((tensor) => tensor.name));
  const exactly = (kind: string, tensors: readonly NamedTensor[], expected: readonly Named[]): Values => {
    const problem = misfit(tensors, expected);
    if (problem) throw new Error(`Run "${name}": ${STATE}: the ${kind} ${problem}.`);
    return new Map(tensors.map((tensor) => [tensor.name, tensor.data]));
  };
  const { trainables } = run;
  const trained = new Set(trainables.map((tensor) => tensor.name));
  const own = held.filter((tensor) => trained.has(tensor.name) && !stored.has(tensor.name));
  const { step, tokens, keptTokens, seconds, flops } = facts;
  return {
    step,
    tokens,
    keptTokens,
    seconds,
    flops,
    values: exactly("value", [...own, ...values], trainables),
    firstMoments: exactly("first moment", firstMoments, trainables),
    secondMoments: exactly("second moment", secondMoments, trainables),
    controllerStates: exactly("controller's tensor", controllerStates, run.controllerStates),
  };
}

/** What is wrong with tensors that should be these; null if nothing is. */
function misfit(tensors: readonly NamedTensor[], expected: readonly Named[]): string | null {
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of expected) {
    const tensor = found.get(name);
    if (!tensor) return `of "${name}" [${shape}] is missing`;
    if (tensor.shape.join() !== shape.join() || tensor.data.length !== elementCount(shape)) {
      return `of "${name}" has shape [${tensor.shape}] instead of [${shape}]`;
    }
    found.delete(name);
  }
  const [extra] = found.keys();
  return extra === undefined ? null : `of "${extra}" belongs to nothing that the run trains`;
}

/** How a training is set up, as far as it matters for going on. */
export interface Setting {
  readonly training: TrainingConfiguration;
  /** Peak learning rate; null where it is not known. */
  readonly learningRate: number | null;
  /** Updates in all. */
  readonly steps: number;
  readonly trainRows: number;
  readonly dataFingerprint: string;
}

const COMPARED = [
  ...(["batchSize", "schedule", "warmupRatio", "leastWarmupSteps", "headLearningRate"] as const),
  ...(["gradClip", "weightDecay", "shuffle", "classWeights", "tokenNoise"] as const),
];

/**
 * In plain words, everything that keeps a training from going on exactly as it was planned; none if
 * nothing does.
 */
export function continuationNotices(
  adapter: Pick<AdapterFolder, "state">,
  before: Pick<Setting, "training" | "learningRate"> | null,
  now: Setting,
): string[] {
  const { state } = adapter;
  if (!state) {
    return [
      `The folder has no ${STATE}, so it was not written by this studio or is a converted form. Training starts at step 0 ` +
        "from its values, with a fresh optimiser.",
    ];
  }
  const notices: string[] = [];
  const { facts } = state;
  const { seed } = now.training;
  if (seed !== facts.seed) notices.push(`It goes on with the seed it began with, ${facts.seed}, not ${seed}.`);
  if (facts.dataFingerprint !== now.dataFingerprint) {
    const rows = facts.trainRows === now.trainRows ? "as many" : `${now.trainRows} instead of ${facts.trainRows}`;
    notices.push(`The open training rows are not those it was trained on (${rows}): it goes on with the open ones.`);
  }
  if (facts.steps !== now.steps) {
    notices.push(
      `It was planned for ${facts.steps} steps and will now have ${now.steps}: schedules (learning rate, AdaLoRA's budget) ` +
        `go on from step ${facts.step} as if it had been ${now.steps} from the beginning.`,
    );
  }
  for (const key of before ? COMPARED : []) {
    const [was, is] = [before!.training, now.training].map((training) => {
      const value = training[key] ?? (key === "classWeights" ? "off" : null);
      return typeof value === "object" ? JSON.stringify(value) : value;
    });
    if (was !== is) notices.push(`${key} was ${was} and is ${is} from here on.`);
  }
  if (before?.learningRate && now.learningRate && before.learningRate !== now.learningRate) {
    notices.push(`The learning rate was ${before.learningRate} and is ${now.learningRate} from here on.`);
  }
  const { keepBest, earlyStopping } = now.training;
  if (keepBest || earlyStopping) {
    notices.push("The best evaluation is looked for from here on; earlier ones are not in the folder.");
  }
  return notices;
}
