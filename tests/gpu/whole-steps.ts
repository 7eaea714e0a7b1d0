/**
 * Both executors through the same steps: forward pass, loss, backward pass, clipping, controller
 * and update, on the same batch from the same values. Not a test itself.
 */

import { expect } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { TaskId } from "../../src/data/types";
import type { Executor } from "../../src/executors/executor";
import { methodOf } from "../../src/methods/registry";
import type { RunPooling } from "../../src/models/family";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import type { Values } from "../../src/runs/parameters";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { tasks } from "../../src/tasks/registry";
import { taskChannels } from "../../src/tasks/task";
import { familyRig, familyRigs, fixtureModel } from "../fixtures/reference";
import { random, randomIntegers } from "../kernels/harness";
import { limited } from "../training/limited";

export interface StepsCase {
  readonly name: string;
  readonly method: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Default: tiny-llama. */
  readonly rig?: string;
  /** Default: sequence classification. */
  readonly task?: TaskId;
  /** Default: the family's own. */
  readonly pooling?: RunPooling;
  /** Updates: more than one where a controller acts later. */
  readonly steps?: number;
  /** Bytes that a buffer may have, for models in parts. */
  readonly largestBuffer?: number;
}

/** After one update. */
interface State {
  /** Loss, gradient norm, and what the method adds to the loss. */
  readonly stepFigures: Float32Array;
  readonly gradients: Values;
  readonly values: Values;
  readonly controllerStates: Values;
}

/** Relative: the largest difference of a tensor to its largest number. */
const TOLERANCE = 1e-4;
/** Gradients smaller than this share of the largest are rounding. */
const NOISE = 1e-5;
/**
 * Numbers whose gradient is smaller than this share of their tensor's largest may go either way.
 */
const MEANINGFUL = 1e-2;

const [SIZE, TOKENS, CLASSES] = [3, 8, 5];
const LENGTHS = Int32Array.of(8, 3, 6);
const TEXT = "Classify the banking question";
const RATE = 1e-2;
const OWNER = "whole steps";

/**
 * Runs the case on both and compares what they have computed after every update. `first` draws the
 * start.
 */
export async function compareSteps(first: Executor, second: Executor, one: StepsCase): Promise<void> {
  const ours = await follow(first, one);
  const theirs = await follow(second, one, ours.start);
  expect([...theirs.start.keys()]).toEqual([...ours.start.keys()]);
  const meaningful = new Map([...ours.start].map(([name, { length }]) => [name, new Uint8Array(length).fill(1)]));
  expect(ours.states).toHaveLength(one.steps ?? 1);
  for (const [step, state] of ours.states.entries()) {
    const other = theirs.states[step]!;
    const said = (what: string) => `${what} of update ${step}`;
    for (const [place, what] of ["loss", "gradient norm", "penalty"].entries()) {
      expectAlike(
        other.stepFigures.subarray(place, place + 1),
        state.stepFigures.subarray(place, place + 1),
        said(what),
      );
    }
    const largest = Math.max(...[...state.gradients.values()].map(largestOf));
    expect(largest).toBeGreaterThan(0);
    for (const [name, gradient] of state.gradients) {
      const counterpart = other.gradients.get(name)!;
      const own = largestOf(gradient);
      const told = meaningful.get(name)!;
      gradient.forEach((value, index) => {
        if (Math.abs(value) < MEANINGFUL * own) told[index] = 0;
      });
      if (own > NOISE * largest) {
        expectAlike(counterpart, gradient, said(`gradient of ${name}`));
        continue;
      }
      // Zero by its nature (of a key's bias without rotary positions): what is left is rounding,
      // and must be with both.
      expect(largestOf(counterpart), said(`gradient of ${name}`)).toBeLessThan(NOISE * largest);
      told.fill(0);
    }
    for (const [name, value] of state.values) {
      // AdamW moves every number by about the learning rate, whatever its gradient's size: of
      // rounding it makes noise as large.
      const told = meaningful.get(name)!;
      const kept = (values: Float32Array) => values.map((number, index) => (told[index] === 1 ? number : 0));
      expectAlike(kept(other.values.get(name)!), kept(value), said(`value of ${name}`));
    }
    expect([...other.controllerStates.keys()]).toEqual([...state.controllerStates.keys()]);
    for (const [name, value] of state.controllerStates) {
      expectAlike(other.controllerStates.get(name)!, value, said(`state ${name}`));
    }
  }
}

/** `Math.max(...)` of a large tensor would not fit the stack. */
const largestOf = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function expectAlike(computed: Float32Array, expected: Float32Array, what: string): void {
  expect(computed.length, what).toBe(expected.length);
  const difference = largestOf(expected.map((value, index) => computed[index]! - value));
  const scale = largestOf(expected);
  if (scale === 0) expect(difference, what).toBe(0);
  else expect(difference / scale, what).toBeLessThanOrEqual(TOLERANCE);
}

async function follow(executor: Executor, one: StepsCase, initial?: Values) {
  const { rig = "tiny-llama", method: id, options = {}, task: taskId = "sequence-classification", steps = 1 } = one;
  const given = limited(executor, one.largestBuffer ?? executor.largestBuffer);
  const folder = familyRigs.includes(rig) ? familyRig(rig).folder : fixtureModel(rig);
  const model = await BaseModel.load(given, folder);
  const [method, task] = [methodOf(id), tasks[taskId]];
  const text = method.text({ ...options, text: TEXT }) === null ? {} : { text: TEXT };
  const classes = taskId === "causal-lm" ? 0 : taskId === "regression" ? 1 : CLASSES;
  const batch = new BatchBuffers(given, SIZE, TOKENS, OWNER, taskChannels(task, classes));
  const workspace = new Workspace(given, OWNER);
  const run = new Run(
    given,
    model,
    {
      name: one.name,
      owner: OWNER,
      learningRate: RATE,
      weightDecay: 0.01,
      gradClip: 0.5,
      task,
      classes,
      pooling: one.pooling ?? model.family.poolings[0],
      seed: 0,
      steps,
      initial,
      ...resolveMethod(model, { name: one.name, method: id, options: { ...options, ...text } }, 0),
    },
    new Map([[TOKENS, batch]]),
    workspace,
  );
  try {
    workspace.allocate();
    await run.compile();
    const start = initial ?? shaken(await run.parameters.read());
    for (const [name, values] of start) given.write(run.parameters.value(name), values);
    batch.upload(batchOf(model, taskId));
    const states: State[] = [];
    for (let step = 0; step < steps; step++) {
      await run.train(TOKENS, step, RATE);
      const { parameters } = run;
      const [gradients, values, controllerStates] = [
        parameters.readGradients(),
        parameters.read(),
        parameters.readControllerStates(),
      ];
      const stepFigures = new Float32Array(await given.read(run.stepFigures, 12));
      states.push({
        stepFigures,
        gradients: await gradients,
        values: await values,
        controllerStates: await controllerStates,
      });
    }
    await run.drained();
    return { start, states };
  } finally {
    await run.release();
    workspace.release();
    given.memory.releaseOwner(OWNER);
    await model.release();
  }
}

/** Away from zeros and ones, with which half of a method would compute nothing. */
function shaken(start: Values): Values {
  return new Map(
    [...start].map(([name, values], seed) => {
      const noise = random(values.length, seed + 1, 0.02);
      return [name, values.map((value, index) => value + noise[index]!)];
    }),
  );
}

function batchOf({ config }: BaseModel, task: TaskId) {
  const inputIds = randomIntegers(SIZE * TOKENS, 1, 5, config.vocabulary);
  const isReal = (place: number) => place % TOKENS < LENGTHS[Math.floor(place / TOKENS)]!;
  const perToken = {
    "token-classification": (place: number) => place % CLASSES,
    "causal-lm": (place: number) => (isReal(place + 1) && place % TOKENS !== TOKENS - 1 ? inputIds[place + 1]! : -100),
  };
  const label = task in perToken ? perToken[task as keyof typeof perToken] : null;
  const labels = label
    ? Int32Array.from(inputIds, (_, place) => (isReal(place) ? label(place) : -100))
    : Int32Array.of(0, 2, 4).map((one) => (task === "sequence-classification" ? one : 0));
  const values =
    task === "regression" ? random(SIZE, 2) : random(SIZE * CLASSES, 2).map((value) => (value > 0 ? 1 : 0));
  return { batchSize: SIZE, bucket: TOKENS, inputIds, lengths: LENGTHS, channels: { labels, values } };
}
