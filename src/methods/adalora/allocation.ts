/**
 * What AdaLoRA does in the loop beside its gradients, as PEFT's RankAllocator: the orthogonality
 * penalty before an update, the importance of every element after it, and every few updates the
 * ranks of least importance over all modules set to zero. Scores, threshold and masks stay on the
 * device.
 */

import { importance } from "../../kernels/importance";
import { keepLargest } from "../../kernels/keep-largest";
import { dispatch } from "../../kernels/kernel";
import { maskMatrix } from "../../kernels/mask-matrix";
import { matmul } from "../../kernels/matmul";
import { orthogonality } from "../../kernels/orthogonality";
import { tripletScores } from "../../kernels/triplet-scores";
import type { Place } from "../../program/place";
import type { Program } from "../../program/program";
import { type ControllerState, elementCount, type Trainable } from "../../program/tensor";
import type { Controller, ControllerContext, ControllerPhase } from "../controller";
import { allocates, type BudgetSchedule, budgetAt, lastAllocation } from "./budget";

export interface AllocationOptions extends Pick<BudgetSchedule, "tinit" | "tfinal" | "deltaT"> {
  readonly initialRank: number;
  readonly targetRank: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Weight of the penalty. */
  readonly orthogonality: number;
}

/** A module's trained tensors: A [rank, in], E [rank, 1], B [out, rank]. */
interface Triplets {
  readonly path: string;
  readonly a: Trainable;
  readonly e: Trainable;
  readonly b: Trainable;
}

/** 1 for every rank in use: the modules' ranks one after the other, in the order of the Program. */
export const RANKS = "adalora ranks";

/** Most messages about ranks that a run sends. */
const WATCHED = 100;

const stepFigures: Place = { kind: "stepFigures" };
const value = (tensor: Trainable | ControllerState): Place => ({ kind: "value", tensor });
const gradient = (tensor: Trainable): Place => ({ kind: "gradient", tensor });

export function allocation(program: Program, options: AllocationOptions, context: ControllerContext): Controller {
  const { initialRank: rank, targetRank, tinit, tfinal, deltaT } = options;
  const { steps } = context;
  const modules = tripletsOf(program);
  const count = modules.length * rank;
  const schedule: BudgetSchedule = {
    initial: count,
    target: modules.length * targetRank,
    tinit,
    tfinal,
    deltaT,
    steps,
  };
  const last = lastAllocation(schedule);
  // A single step only evaluates.
  if (tinit >= last && steps > 1) {
    throw new Error(
      `AdaLoRA keeps all ranks for ${tinit} updates and the last ${tfinal} without change, which leaves none of ${steps} ` +
        "to spread the budget in. Lower tinit or tfinal, or train for more steps.",
    );
  }
  const vector = (name: string, initial: number) => program.controllerState(name, [count], initial);
  const ranks = vector(RANKS, 1);
  const scores = vector("adalora scores", 0);
  const dropped = program.controllerState("adalora dropped", [1], 0);
  const gram = program.controllerState("adalora gram", [rank, rank], 0);
  const smoothed = new Smoothed(program);
  const watchEvery = Math.ceil(steps / WATCHED);
  const allocatesAt = (step: number) => allocates(schedule, step);
  return {
    set: (step) =>
      step !== null && allocatesAt(step) ? [[dropped, Float32Array.of(count - budgetAt(schedule, step))]] : [],
    beforeUpdate: [penalty(modules, gram, options.orthogonality)],
    afterUpdate: [
      { dispatches: importances(modules, smoothed, options, context.gradClip), when: (step) => step < last },
      {
        dispatches: [
          ...modules.map(({ a, e, b }, index) =>
            dispatch(
              tripletScores,
              {
                sensitivityA: value(smoothed.sensitivity(a)),
                uncertaintyA: value(smoothed.uncertainty(a)),
                sensitivityE: value(smoothed.sensitivity(e)),
                uncertaintyE: value(smoothed.uncertainty(e)),
                sensitivityB: value(smoothed.sensitivity(b)),
                uncertaintyB: value(smoothed.uncertainty(b)),
                scores: value(scores),
              },
              { rank, inputs: a.shape[1]!, outputs: b.shape[0]!, start: index * rank },
            ),
          ),
          dispatch(keepLargest, { scores: value(scores), dropped: value(dropped), mask: value(ranks) }, { count }),
        ],
        when: allocatesAt,
      },
      {
        dispatches: modules.map(({ e }, index) =>
          dispatch(maskMatrix, { mask: value(ranks), x: value(e) }, { rows: rank, columns: 1, start: index * rank }),
        ),
        when: (step) => allocatesAt(step) || step > last,
      },
    ],
    penalty: true,
    watch: {
      tensor: ranks,
      due: (step) => step === last || step === 0 || (allocatesAt(step) && step % (deltaT * watchEvery) === 0),
      read: (kept) => ({
        type: "ranks",
        ranks: modules.map(({ path }, index) => {
          const own = kept.subarray(index * rank, (index + 1) * rank);
          return { module: path, rank: own.reduce((sum, used) => sum + used, 0) };
        }),
        full: rank,
      }),
    },
  };
}

/** The modules in the order of the Program. */
function tripletsOf(program: Program): Triplets[] {
  const byName = new Map(program.trainables.map((tensor) => [tensor.name, tensor]));
  return program.trainables.flatMap(({ name }) => {
    const path = /^(.*)\.lora_A$/.exec(name)?.[1];
    if (path === undefined) return [];
    const [a, e, b] = ["A", "E", "B"].map((part) => byName.get(`${path}.lora_${part}`)!) as Trainable[];
    return [{ path, a: a!, e: e!, b: b! }];
  });
}

/** Exponential averages of a trained tensor's sensitivity and uncertainty. */
class Smoothed {
  readonly #program: Program;
  constructor(program: Program) {
    this.#program = program;
  }
  sensitivity({ name, shape }: Trainable): ControllerState {
    return this.#program.controllerState(`${name} sensitivity`, shape, 0);
  }
  uncertainty({ name, shape }: Trainable): ControllerState {
    return this.#program.controllerState(`${name} uncertainty`, shape, 0);
  }
}

function importances(
  modules: readonly Triplets[],
  smoothed: Smoothed,
  { beta1, beta2 }: AllocationOptions,
  gradClip: number | null,
): ControllerPhase["dispatches"] {
  return modules
    .flatMap(({ a, e, b }) => [a, e, b])
    .map((tensor) =>
      dispatch(
        importance,
        {
          value: value(tensor),
          gradient: gradient(tensor),
          stepFigures,
          sensitivity: value(smoothed.sensitivity(tensor)),
          uncertainty: value(smoothed.uncertainty(tensor)),
        },
        { count: elementCount(tensor.shape), beta1, beta2, maxNorm: gradClip ?? 0 },
      ),
    );
}

/**
 * weight · the mean over all A and B of ‖A·Aᵀ − I‖ and ‖Bᵀ·B − I‖ (Frobenius), into the step
 * figures and the gradients.
 */
function penalty(modules: readonly Triplets[], gram: ControllerState, weight: number): ControllerPhase {
  const matrices = modules.flatMap(({ a, b }) => [
    { matrix: a, isRows: true },
    { matrix: b, isRows: false },
  ]);
  const dispatches = matrices.flatMap(({ matrix, isRows }, index) => {
    const [rows, columns] = matrix.shape as [number, number];
    const [rank, inner] = isRows ? [rows, columns] : [columns, rows];
    const own = value(matrix);
    const factor = value(gram);
    return [
      dispatch(
        matmul,
        { a: own, b: own, out: factor },
        { rows: rank, columns: rank, inner, alpha: 1 },
        isRows ? { TRANSPOSE_B: 1 } : { TRANSPOSE_A: 1 },
      ),
      dispatch(
        orthogonality,
        { gram: factor, stepFigures },
        { rank, weight: weight / matrices.length },
        { ACCUMULATE: index === 0 ? 0 : 1 },
      ),
      dispatch(
        matmul,
        { a: isRows ? factor : own, b: isRows ? own : factor, out: gradient(matrix) },
        { rows, columns, inner: rank, alpha: 1 },
        { ACCUMULATE: 1 },
      ),
    ];
  });
  return { dispatches };
}
