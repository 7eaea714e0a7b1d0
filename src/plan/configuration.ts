/**
 * The JSON file that describes a comparison, for the page, the worker and the headless runner
 * alike.
 */

import * as z from "zod";
import { weightedTasks } from "../data/class-weights";
import { isEncoding } from "../data/files/encodings";
import { formats } from "../data/formats/registry";
import { checkRoles } from "../data/formats/roles";
import { transformSchema } from "../data/transforms/registry";
import type { Answer, TaskId } from "../data/types";
import { poolings } from "../models/family";
import { pruningSchema } from "../pruning/registry";
import { DEFAULT_TASK, metricNames, taskMetrics } from "../tasks/metrics/names";
import { float32Problem, MOST_EPOCHS, MOST_RUNS, MOST_STEPS, trainingsProblem } from "./limits";
import { presetIds } from "./presets/registry";
import { runNameSchema } from "./run-name-schema";
import { expandSweeps, pointCount } from "./sweep";
import { sweepSchema, sweptAsSchema } from "./sweep-schema";

const taskIds = Object.keys(taskMetrics) as [TaskId, ...TaskId[]];

/** Found by searches on real data, on a narrow and a wider model: docs/measured.md. */
const DEFAULT_HEAD_LEARNING_RATE = 0.02;

const optionsSchema = z.record(z.string(), z.unknown());

/** Refuses a number above 0 that devices would compute with as another one. */
function isFloat32(value: unknown, context: z.RefinementCtx): void {
  const problem = typeof value === "number" && value > 0 ? float32Problem(value) : null;
  if (problem !== null) context.addIssue({ code: "custom", message: problem });
}

const atMost = (most: number) => ({
  error: ({ input }: { input?: unknown }) => `${input} is too many; there may be ${most}`,
});

const positive = z.number().positive().superRefine(isFloat32);
const notNegative = z.number().min(0).superRefine(isFloat32);

/** `search`: tried on part of the training rows before training (`rate-search.ts`). */
const learningRateSchema = z
  .union([z.number().positive(), z.literal("search")], { error: 'must be a number above 0, or "search"' })
  .superRefine(isFloat32);

/** What is kept of a search beside the rate that it chose (`found-rate.ts`). */
const foundRateSchema = z.strictObject({
  rate: z.number().positive(),
  /** Training steps of all trials together. */
  trialSteps: z.int().min(1),
  /** Training rows that were learned from, and held out to choose by. */
  trainRows: z.int().min(1),
  heldRows: z.int().min(1),
  /** What it was searched for: the steps of the training, and the base model's name. */
  steps: z.int().min(1),
  model: z.string(),
  /** Beginnings of SHA-256: of all training rows, and of the run's and the training's settings. */
  rows: z.string(),
  settings: z.string(),
});

export const runSchema = z.strictObject({
  name: runNameSchema,
  method: z.string().min(1),
  /**
   * Peak of the adapter; of a run that trains its head alone, of the head. Overrides
   * `training.learningRate`; without either the method's own default applies (`schedule.ts`).
   */
  learningRate: learningRateSchema.optional(),
  /** How `learningRate` was found; it counts while that is the rate that was chosen. */
  foundRate: foundRateSchema.optional(),
  /** Of the adapter; overrides `training.weightDecay`, which the head keeps. */
  weightDecay: notNegative.optional(),
  options: optionsSchema.default({}),
  /** Blocks, counted from the input, in which nothing is trained. */
  frozenLayers: z.int().min(0).optional(),
  /** ρ: block ℓ of L learns at lr · ρ^(L − ℓ). */
  layerDecay: positive.max(1).optional(),
  /** Which part of every training batch it learns from, chosen by its own losses; default: all. */
  pruning: pruningSchema.optional(),
  /** A folder of an exported adapter to start from. */
  initFrom: z.string().optional(),
  /**
   * Goes on with that folder's training: its step, optimiser and seed; else training begins at step
   * 0 from its values.
   */
  resume: z.boolean().optional(),
  /** Which sweep it is a point of; default: of none. */
  sweptAs: sweptAsSchema.optional(),
});

/** A run as a file may have it: once for every combination of the values of its sweep. */
export const writtenRunSchema = runSchema
  .extend({ sweep: sweepSchema.optional() })
  .refine(({ sweep, resume }) => !sweep || !resume, {
    path: ["sweep"],
    error: "cannot go on with a training; leave out resume, or the sweep",
  });

/** A run as an address has it, which knows no folders, and writes sweeps as sweeps. */
export const linkedRunSchema = runSchema
  .omit({ initFrom: true, resume: true, sweptAs: true })
  .extend({ sweep: sweepSchema.optional() });

export const trainingSchema = z.strictObject({
  seed: z.int().min(0).default(0),
  /** Every run is trained this many times, with the seeds from `seed` on. */
  seeds: z.int().min(1).max(10).default(1),
  /** Every run is trained with each of these factors on its learning rate. */
  learningRateFactors: z
    .array(positive)
    .min(1)
    .max(9)
    .refine((factors) => new Set(factors).size === factors.length, "must not hold a factor twice")
    .default([1]),
  /** Either `steps` or `epochs`; `steps` wins when both are given. */
  steps: z.int().min(1).max(MOST_STEPS, atMost(MOST_STEPS)).nullable().default(null),
  epochs: z.number().positive().max(MOST_EPOCHS, atMost(MOST_EPOCHS)).nullable().default(null),
  batchSize: z.int().min(1).max(1024).default(8),
  /** Peak of every adapter; default: each method's own. */
  learningRate: learningRateSchema.optional(),
  /**
   * Peak of every head, the same for all runs; `adapter`: each head learns as its run's adapter.
   */
  headLearningRate: z
    .union([z.number().positive(), z.literal("adapter")])
    .superRefine(isFloat32)
    .default(DEFAULT_HEAD_LEARNING_RATE),
  /** Decoupled, of all that is trained but biases, norms and other gains. */
  weightDecay: notNegative.default(0.01),
  schedule: z.enum(["linear", "cosine", "constant"]).default("linear"),
  warmupRatio: z.number().min(0).max(1).default(0.06),
  /** The warm-up has at least so many steps, where a quarter of all steps are as many. */
  leastWarmupSteps: z.int().min(0).default(10),
  /** Largest gradient norm; null: none. */
  gradClip: positive.nullable().default(1),
  shuffle: z.boolean().default(true),
  evalEvery: z.int().min(1).default(50),
  /**
   * Validation rows that are measured while training, drawn by the seed with every label's share of
   * them; all are measured in the end. Default: all, every time.
   */
  evalRows: z.int().min(1).optional(),
  /**
   * What labels count for in the training loss: all the same (`off`, the default); by how rare they
   * are among the training rows; or by name, 1 where a label is not named.
   */
  classWeights: z.union([z.enum(["off", "balanced"]), z.record(z.string(), notNegative)]).optional(),
  /**
   * Some tokens of training rows are replaced before the model reads them, and what is learned of
   * them stays; of answers alone where those are learned (`data/token-noise.ts`). Default: none.
   */
  tokenNoise: z
    .strictObject({
      /** Of the tokens, once the ramp is over. */
      rate: z.number().min(0).max(1).default(0.4),
      /** The share of the steps in which the rate rises from 0; 0: it is there from the start. */
      ramp: z
        .number()
        .min(0)
        .max(1)
        .default(2 / 3),
      replacement: z.enum(["random", "mask", "pad"]).default("random"),
      /** Only in rows of this group (`data.group`); default: in all. */
      group: z.string().min(1).optional(),
    })
    .optional(),
  /**
   * When a run has ended, its temperature, and with several labels each label's threshold, is tuned
   * on the validation rows, and what it says goes by them; default: false.
   */
  calibrate: z.boolean().optional(),
  /** What the verdict goes by, fixed before training; default: the task's first. */
  metric: z.enum(metricNames).optional(),
  /**
   * A run ends once its validation loss has not fallen below its lowest for this many evaluations
   * in a row.
   */
  earlyStopping: z
    .strictObject({ patience: z.int().min(1).default(3) })
    .nullable()
    .default(null),
  /** A run that ends goes back to the adapter of its evaluation with the lowest validation loss. */
  keepBest: z.boolean().default(false),
  /** What the head reads; null: as is usual for the model's family. */
  pooling: z.enum(poolings).nullable().default(null),
});

/** A row that is given another answer, or left out; see `data/changes.ts`. */
const changeSchema = z
  .strictObject({
    file: z.enum(["train", "validation", "test"]).optional(),
    row: z.int().min(1),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{12}$/, "must be 12 hexadecimal digits")
      .optional(),
    added: z.literal(true).optional(),
    leaveOut: z.literal(true).optional(),
    cells: z
      .record(z.string(), z.string())
      .refine((cells) => Object.keys(cells).length > 0, "needs a cell")
      .readonly()
      .optional(),
    label: z.string().min(1).optional(),
    labels: z.array(z.string().min(1)).readonly().optional(),
    number: z.number().optional(),
  })
  .refine(
    ({ leaveOut, cells, label, labels, number }) =>
      [leaveOut, cells, label, labels, number].filter((one) => one !== undefined).length === 1,
    "needs exactly one of leaveOut, cells, label, labels, number",
  )
  .refine(
    ({ added, cells, file = "train" }) => !added || (cells !== undefined && file === "train"),
    "that is added is a row of the training file with its cells",
  );

const MOST_WEIGHT_RULES = 50;
const MOST_TRANSFORMS = 20;
const pattern = z.string().min(1);

/** See `WeightRule` of `data/types.ts`; what the data have not is refused once they are open. */
const weightRule = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("text"), pattern, weight: notNegative }),
  z.strictObject({ by: z.literal("length"), longerThan: z.int().min(0), weight: notNegative }),
  z.strictObject({ by: z.literal("label"), label: z.string().min(1), weight: notNegative }),
  z.strictObject({ by: z.literal("group"), column: z.string().min(1), atMost: positive.optional() }),
  z.strictObject({
    by: z.literal("tokens"),
    pattern,
    weight: z.union([notNegative, z.literal("balanced")], { error: 'must be a number of 0 or more, or "balanced"' }),
    where: z.enum(["all", "branches"]).optional(),
  }),
]);

const band = z.enum(["low", "middle", "high"]);

const selectionFields = {
  share: z.number().gt(0).lt(1).optional(),
  rows: z.int().min(1).optional(),
  perLabel: z.boolean().optional(),
  beside: z
    .array(z.enum(["random", "all"]))
    .refine((kinds) => new Set(kinds).size === kinds.length, "must not name one twice")
    .readonly()
    .optional(),
  /** Written by the studio: what was chosen, and what holds a later training to it. */
  chosen: z
    .array(z.strictObject({ rows: z.array(z.int().min(1)).readonly(), hash: z.string() }))
    .readonly()
    .optional(),
};

/** See `RowSelection` of `data/types.ts`; what data or model lack is refused before training. */
const selectionSchema = z
  .discriminatedUnion("by", [
    z.strictObject({ by: z.literal("random"), ...selectionFields }),
    z.strictObject({ by: z.literal("loss"), prefer: band, ...selectionFields }),
    z.strictObject({
      by: z.literal("gain"),
      reference: z.string().min(1),
      over: z.string().min(1).optional(),
      ...selectionFields,
    }),
    z.strictObject({ by: z.literal("diversity"), ...selectionFields }),
    z.strictObject({
      by: z.literal("difficulty"),
      measure: z.enum(["confidence", "variability"]),
      prefer: band,
      epochs: z.int().min(2).max(50).optional(),
      ...selectionFields,
    }),
    z.strictObject({ by: z.literal("similarity"), how: z.enum(["nearest", "transport"]), ...selectionFields }),
  ])
  .refine(({ share, rows }) => (share === undefined) !== (rows === undefined), "needs share or rows, and not both");

/** Of `data`, where neither the file nor a person says otherwise. */
export const dataDefaults = { validationFraction: 0.1, maxLength: 128 } as const;

/** By a name that TextDecoder knows. */
const encodingName = z.string().refine(isEncoding, {
  error: ({ input }) =>
    `has no encoding ${JSON.stringify(input)}; there are windows-1251, shift_jis, gb18030 and others`,
});

/** How test rows are drawn from the training file. */
const testPlan = z.union(
  [
    z.number().gt(0).lt(1),
    z.strictObject({ folds: z.int().min(2).max(20) }),
    z.strictObject({ repeats: z.int().min(2).max(20), fraction: z.number().gt(0).lt(1) }),
  ],
  { error: 'must be a fraction between 0 and 1, {"folds": 5}, {"repeats": 5, "fraction": 0.1}, or null' },
);

const dataFields = z.strictObject({
  task: z.enum(taskIds).default(DEFAULT_TASK),
  train: z.string(),
  validation: z
    .union([z.string().min(1), z.number().gt(0).lt(1)], {
      error: "must be the name of a file, or a fraction between 0 and 1",
    })
    .default(dataDefaults.validationFraction),
  /** A file, or how its rows are drawn from the training file; null: no test part. */
  test: z
    .union([z.string().min(1), testPlan], {
      error:
        'must be the name of a file, a fraction between 0 and 1, {"folds": 5}, {"repeats": 5, "fraction": 0.1}, or null',
    })
    .nullable()
    .default(null),
  /** A column: rows with the same value stay in one part. */
  group: z.string().min(1).nullable().default(null),
  /** Rows that are given another answer, or left out; default: none. */
  changes: z.array(changeSchema).readonly().optional(),
  /**
   * Whether the first row of every file holds the names of its columns; else they are called
   * column 1, column 2, …; default: true. JSON and Parquet have names of their own.
   */
  header: z.boolean().optional(),
  /**
   * Of the training file where that is text, and of other files that are not UTF-8 and have none of
   * their own; default: UTF-8, UTF-16, or Windows-1252 where a file is plainly that.
   */
  encoding: encodingName.optional(),
  /** Of the validation file alone; default: found out, as `encoding` says. */
  validationEncoding: encodingName.optional(),
  /** The same of the test file. */
  testEncoding: encodingName.optional(),
  /** What labels are called, by what stands in the file; default: as they stand there. */
  labelNames: z.record(z.string(), z.string().trim().min(1).max(60)).optional(),
  /**
   * Says the task: read by every run whose method reads a text and that sets none of its own;
   * default: none, so that such a run reads its method's default.
   */
  taskText: z.string().trim().min(1).max(2000).optional(),
  /** What training rows and their tokens count for, by rules; default: all the same. */
  weights: z.array(weightRule).max(MOST_WEIGHT_RULES).readonly().optional(),
  /** Which training rows are learned from, chosen once before training; default: all. */
  selection: selectionSchema.optional(),
  /** What is done to the training rows before they are weighed, in order; default: nothing. */
  transforms: z.array(transformSchema).max(MOST_TRANSFORMS).readonly().optional(),
  /** Roles as the task has them. */
  columns: z.record(z.string(), z.unknown()),
  maxLength: z.int().min(1).default(dataDefaults.maxLength),
});

/** Data with the columns that the task's roles name, checked. */
function withRoles<Data extends { task: TaskId; columns: Record<string, unknown> }>(
  { columns: given, ...data }: Data,
  context: z.RefinementCtx,
) {
  const { columns, problems } = checkRoles(data.task, given);
  for (const { path, message } of problems) context.addIssue({ code: "custom", path: ["columns", ...path], message });
  return { ...data, columns };
}

/** How a file is to be read, as an address says it. */
export const linkedDataSchema = dataFields
  .pick({
    task: true,
    columns: true,
    group: true,
    changes: true,
    header: true,
    encoding: true,
    labelNames: true,
    taskText: true,
    weights: true,
    selection: true,
    transforms: true,
  })
  // A file's name is none of a link's: the page that opens it has other files.
  .extend({
    test: testPlan.nullable().default(null),
    validationFraction: z.number().gt(0).lt(1).optional(),
    maxLength: z.int().min(1).optional(),
    /**
     * The id of the sample that was open; null: a file of one's own. Earlier addresses do not say.
     */
    sample: z.string().nullable().optional(),
  })
  .transform(withRoles);

/** `auto`: float32, or float16 where a 16-bit file would take over 1 GiB. */
const precision = z.enum(["auto", "float16", "float32"]).default("auto");

/** The base model that was open, as an address says it; null: a folder of one's own. */
export const linkedModelSchema = z
  .strictObject({ source: z.string().regex(/^(bundled|hf):.+/, "must begin with bundled: or hf:"), precision })
  .nullable();

const fields = z.strictObject({
  model: z.string().regex(/^(bundled|hf|dir):.+/, "must begin with bundled:, hf: or dir:"),
  /** Of the model's frozen matrices in the executor's memory. */
  precision,
  data: dataFields.transform(withRoles),
  training: trainingSchema.prefault({}),
  /** In place of runs: those of a preset, once the data are open. */
  preset: z.enum(presetIds).optional(),
  /** Runs with a sweep become its points: who reads a configuration need not know of sweeps. */
  runs: z
    .array(writtenRunSchema)
    .max(MOST_RUNS)
    .superRefine((runs, context) => {
      const all = runs.reduce((sum, run) => sum + pointCount(run), 0);
      if (all <= MOST_RUNS || runs.every(({ sweep }) => !sweep)) return;
      const message = `are ${all} with every combination of their sweeps; there may be ${MOST_RUNS}`;
      context.addIssue({ code: "custom", message });
    })
    .transform((runs): RunConfiguration[] => expandSweeps<RunConfiguration>(runs))
    .default([]),
});

export const configurationSchema = fields.superRefine(({ data, training, preset, runs }, context) => {
  const issue = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  const { metric } = training;
  const metrics = taskMetrics[data.task];
  if (metric !== undefined && !metrics.includes(metric)) {
    issue(["training", "metric"], `${data.task} has no ${metric}; choose ${metrics.join(", ")}`);
  }
  if ((training.classWeights ?? "off") !== "off" && !weightedTasks.includes(data.task)) {
    issue(["training", "classWeights"], `${data.task} has no labels to weigh; leave it "off"`);
  }
  if (training.calibrate && !isCalibrated(formats[data.task].answer)) {
    issue(["training", "calibrate"], `${data.task} has no chances of labels to calibrate; leave it false`);
  }
  const tooMany = trainingsProblem(runs.length, training, data.test);
  if (tooMany !== null) issue(["training", "seeds"], tooMany);
  const { seed, seeds } = training;
  const last = Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(seed) && seed > last - (seeds - 1)) {
    issue(
      ["training", "seed"],
      `${seed} with ${seeds} seeds goes beyond ${last}, the last whole number that is exact; write ${last - seeds + 1} or less`,
    );
  }
  for (const [index, run] of runs.entries()) {
    const rate = run.learningRate ?? training.learningRate;
    // One that is wrong by itself is said at its own place.
    if (rate === undefined || rate === "search" || float32Problem(rate) !== null) continue;
    // Beside points of a sweep a run's place is not the one in the file.
    const place = runs.some(({ sweptAs }) => sweptAs) ? run.name : String(index);
    for (const factor of training.learningRateFactors.filter((factor) => float32Problem(factor) === null)) {
      const problem = float32Problem(rate * factor);
      if (problem !== null) issue(["runs", place, "learningRate"], `${rate} times the factor ${factor}: ${problem}`);
    }
  }
  if (preset === undefined && runs.length === 0) issue(["runs"], "needs at least one run, or a preset");
  if (preset !== undefined && runs.length > 0) issue(["runs"], "must be left out beside a preset");
});

/** Whether runs give labels chances, which can be calibrated. */
const isCalibrated = (answer: Answer) => answer === "label" || answer === "labels";

export type Configuration = z.infer<typeof configurationSchema>;
export type RunConfiguration = z.infer<typeof runSchema>;
/** With the sweep that it may have. */
export type WrittenRun = z.infer<typeof writtenRunSchema>;
export type FoundRate = z.infer<typeof foundRateSchema>;
export type TrainingConfiguration = z.infer<typeof trainingSchema>;
