/**
 * Comparisons small enough for a software adapter: a reference model, few short rows, and every
 * event kept. Not a test.
 */

import type { BaseModel } from "../../src/base/base-model";
import { Comparison } from "../../src/comparison/comparison";
import type { PlannedRun } from "../../src/comparison/comparison-setup";
import { cutTokens, type TokenizedExample } from "../../src/data/tokens";
import type { Executor } from "../../src/executors/executor";
import { type TrainingConfiguration, trainingSchema } from "../../src/plan/configuration";
import type { StudioEvent } from "../../src/plan/events";
import type { Prediction } from "../../src/plan/reports";
import type { Values } from "../../src/runs/parameters";
import type { ComparisonData, DividedRows } from "../../src/runs/rows";
import { fixtureJson } from "../fixtures/reference";

export type EventOf<Type extends StudioEvent["type"]> = Extract<StudioEvent, { type: Type }>;

/** The reference's rows, each cut to the tokens asked for (special tokens included). */
export async function tinyRows(model: BaseModel, lengths: readonly number[]): Promise<TokenizedExample[]> {
  const { labels, rows } = (await fixtureJson("cases/data.json")).tasks["sequence-classification"];
  return lengths.map((length, row) => {
    const { text, label } = rows[row % rows.length];
    const ids = model.tokenizer.encode(`${text} ${text}`);
    if (ids.length < length) throw new Error(`Row ${row} has ${ids.length} tokens, not ${length}.`);
    return {
      ids: cutTokens(ids, length, model.tokenizer.trailingSpecials),
      labels: Int32Array.of(labels.indexOf(label)),
      row,
      fullLength: ids.length,
      truncated: true,
    };
  });
}

export function tinyData(
  train: readonly TokenizedExample[],
  validation: readonly TokenizedExample[],
  maxLength = 16,
): ComparisonData {
  const labels = ["age_limit", "atm_support", "exchange_rate", "getting_spare_card", "lost_or_stolen_card"];
  const validationTexts = validation.map(({ row }) => `row ${row}`);
  return { task: "sequence-classification", labels, train, validation, validationTexts, maxLength };
}

export interface TinySetup {
  readonly data: ComparisonData;
  /** Default: the data's rows, without test rows. */
  readonly divisions?: readonly DividedRows[];
  readonly runs: readonly (Omit<PlannedRun, "options"> & { options?: Record<string, unknown> })[];
  readonly training?: Partial<TrainingConfiguration>;
  /** Called after every evaluation of all runs. */
  readonly onCheckpoint?: (comparison: Comparison) => void;
  /** Called with every event, after it is kept. */
  readonly onEvent?: (event: StudioEvent, comparison: Comparison) => void;
}

export interface TinyComparison {
  readonly comparison: Comparison;
  readonly events: StudioEvent[];
  of<Type extends StudioEvent["type"]>(type: Type, run?: string): EventOf<Type>[];
  /** Losses of a run's steps, in order. */
  losses(run: string): number[];
}

/**
 * Constant learning rate without warm-up, heads as their adapters, batches of 2, no evaluation
 * between the first and the last, by default.
 */
export function createComparison(executor: Executor, model: BaseModel, setup: TinySetup): TinyComparison {
  const events: StudioEvent[] = [];
  const unwarmed = { schedule: "constant", warmupRatio: 0, leastWarmupSteps: 0 };
  const defaults = { batchSize: 2, steps: 4, evalEvery: 1000, headLearningRate: "adapter", ...unwarmed };
  const comparison: Comparison = new Comparison({
    executor,
    model,
    data: setup.data,
    divisions: setup.divisions,
    training: trainingSchema.parse({ ...defaults, ...setup.training }),
    runs: setup.runs.map((run) => ({ options: {}, ...run })),
    onCheckpoint: () => setup.onCheckpoint?.(comparison),
    emit: (event) => {
      events.push(event);
      setup.onEvent?.(event, comparison);
    },
  });
  const of = <Type extends StudioEvent["type"]>(type: Type, run?: string) =>
    events.filter(
      (event): event is EventOf<Type> =>
        event.type === type && (run === undefined || ("run" in event && event.run === run)),
    );
  return { comparison, events, of, losses: (run) => of("step", run).map(({ loss }) => loss) };
}

/** Comparisons of one test file; `release` belongs into its `afterEach`. */
export class OpenComparisons {
  readonly #open: TinyComparison[] = [];

  create(executor: Executor, model: BaseModel, setup: TinySetup): TinyComparison {
    const created = createComparison(executor, model, setup);
    this.#open.push(created);
    return created;
  }

  async release(): Promise<void> {
    for (const { comparison } of this.#open.splice(0)) await comparison.release();
  }
}

/**
 * Logits of validation rows that the last evaluation took in one batch of this shape, in the rows'
 * order: [rows, classes].
 */
export async function logitsOf(
  executor: Executor,
  { comparison }: TinyComparison,
  run: string,
  bucket: number,
  rows: readonly TokenizedExample[],
): Promise<Float32Array> {
  const { classes } = comparison.run(run).setup;
  const step = comparison.run(run).step(bucket);
  await step.forward();
  const computed = new Float32Array(await executor.read(step.logits, rows.length * classes * 4));
  const logits = new Float32Array(computed.length);
  // Evaluations go by length.
  const order = [...rows.keys()].sort((a, b) => rows[a]!.ids.length - rows[b]!.ids.length);
  order.forEach((row, slot) => {
    logits.set(computed.subarray(slot * classes, (slot + 1) * classes), row * classes);
  });
  return logits;
}

/** Every trained number of a run, by tensor name. */
export function finalValues({ comparison }: TinyComparison, run: string): Promise<Values> {
  return comparison.run(run).parameters.read();
}

/** Of the classes, in their order. */
export function probabilitiesOf(prediction: Prediction): number[] {
  if (prediction.answer !== "label") throw new Error(`The prediction is of ${prediction.answer}.`);
  return prediction.probabilities.map(({ probability }) => probability);
}

/** The report on a run that says labels, with what only such a one has. */
export function classReport({ comparison }: TinyComparison, run: string) {
  const report = comparison.report(run);
  const { confusion, perClass } = report;
  if (!confusion || !perClass) throw new Error(`The report is of ${report.task}.`);
  return { ...report, confusion, perClass };
}
