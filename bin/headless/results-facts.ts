/**
 * What a results' folder says of its comparison, for a report and for log files: `summary.json`,
 * `metrics.jsonl` and the runs' records, of this version or an earlier one. Not for writing them:
 * `results.ts`.
 */

import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { RUN } from "../../src/adapters/folder";
import { approaches } from "../../src/methods/registry";
import type { Configuration } from "../../src/plan/configuration";
import type {
  EvaluationPoint,
  Identity,
  ReportFacts,
  ReportFigures,
  ReportRun,
  RowTable,
  StepPoint,
} from "../../src/report/facts";
import { type MetricName, metricNames, taskMetrics } from "../../src/tasks/metrics/names";
import type { Verdict } from "../../src/verdict/verdict";
import { formats, migrate } from "../../src/versions/versions";
import { ConfigurationError, isHubData } from "./files";
import { METRICS, SAMPLES, SUMMARY } from "./names";
import { readObject } from "./out-folder";

const figures = z.looseObject({ loss: z.number().nullable() });
const count = z.int().min(0);
/** What is no number is null in JSON. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const interval = z.looseObject({ value: number, low: number, high: number });

/** What a report needs of a verdict; earlier versions left out what may be. */
const verdictSchema = z.looseObject({
  metric: z.enum(metricNames),
  part: z.enum(["test", "validation", "file"]),
  rows: count,
  looks: count.nullable().default(null),
  runs: z.array(
    interval.extend({
      run: z.string(),
      kind: z.enum(["tuned", "control", "answerer"]),
      seeds: count,
      parameters: count.nullable(),
      remarks: z.array(z.looseObject({ kind: z.string() })),
    }),
  ),
  pairs: z.array(
    z.looseObject({
      first: z.string(),
      second: z.string(),
      difference: interval,
      test: z.string(),
      p: z.number(),
      adjustedP: z.number(),
      beyondLuck: z.boolean(),
    }),
  ),
  chance: z.number().nullable(),
  majority: z.number().nullable(),
  againstMajority: z
    .looseObject({ runs: z.array(z.looseObject({ run: z.string() })) })
    .nullable()
    .default(null),
  sentences: z.array(z.string()),
});

const summarySchema = z.looseObject({
  started: z.iso.datetime(),
  failures: z.array(z.string()).default([]),
  device: z.looseObject({ name: z.string() }).nullable().default(null),
  versions: z.record(z.string(), z.string()),
  model: z.looseObject({ name: z.string() }),
  data: z.looseObject({
    files: z.array(z.looseObject({ file: z.string(), rows: count })).default([]),
    trainRows: count,
    validationRows: count,
    testRows: count.default(0),
    labels: z
      .array(z.looseObject({ name: z.string(), train: count, validation: count, test: count.default(0) }))
      .default([]),
    notices: z.array(z.string()).default([]),
    check: z.array(z.looseObject({ isGood: z.boolean(), said: z.string() })).default([]),
  }),
  identity: z
    .looseObject({
      tables: z.array(z.looseObject({ part: z.string(), file: z.string(), fingerprint: z.string() })),
      rows: z.string(),
      model: z.looseObject({
        weights: z.string(),
        files: z.array(z.looseObject({ name: z.string(), bytes: count, sha256: z.string().nullable() })),
      }),
    })
    .nullable()
    .default(null),
  runs: z.array(
    z.looseObject({
      run: z.string(),
      variant: z.looseObject({ group: z.string() }).optional(),
      method: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      trainable: z.looseObject({ adapter: count, head: count }).nullable().default(null),
      steps: count,
      seconds: z.number(),
      validation: z.looseObject({ last: figures }).nullable(),
      test: figures.nullable().default(null),
      adapter: z.string().nullable().default(null),
    }),
  ),
  verdict: verdictSchema.nullable().default(null),
  unequal: z.array(z.string()).default([]),
  configuration: z.looseObject({
    model: z.string(),
    data: z.looseObject({
      task: z.enum(Object.keys(taskMetrics) as [keyof typeof taskMetrics]),
      train: z.string(),
      columns: z.record(z.string(), z.unknown()),
      maxLength: count,
    }),
    training: z.looseObject({}),
    runs: z.array(z.looseObject({ name: z.string(), method: z.string(), options: z.record(z.string(), z.unknown()) })),
  }),
});

/**
 * The facts of the comparison in a folder.
 * @param withRows Whether texts of rows may be among them: what language models wrote to prompts.
 * @throws {ConfigurationError} Where there is none, or its summary is damaged or of a newer studio.
 */
export function readResults(folder: string, withRows: boolean): ReportFacts {
  const path = resolve(folder);
  const place = join(path, SUMMARY);
  if (!existsSync(place)) {
    throw new ConfigurationError(
      existsSync(path)
        ? `${path} has no ${SUMMARY}: it is not a folder of results, or the comparison never began.`
        : `There is no folder ${path}.`,
    );
  }
  const summary = readObject(place);
  if (summary === null) throw new ConfigurationError(`${place} is no JSON object: it is damaged.`);
  const metrics = join(path, METRICS);
  return resultsFacts(path, summary, existsSync(metrics) ? readFileSync(metrics, "utf8") : "", withRows);
}

/** The same of what is at hand already. Throws as `readResults`. */
export function resultsFacts(folder: string, given: object, metrics: string, withRows: boolean): ReportFacts {
  const place = join(folder, SUMMARY);
  let migrated: unknown;
  try {
    migrated = migrate(formats.summary, given);
  } catch (error) {
    throw new ConfigurationError(`${place}: ${(error as Error).message}`);
  }
  const read = summarySchema.safeParse(migrated);
  if (!read.success) throw new ConfigurationError(`${place} cannot be read: ${z.prettifyError(read.error)}`);
  const { data, model, device, identity, runs, verdict, ...summary } = read.data;
  const configuration = summary.configuration as unknown as Configuration;
  const curves = readCurves(metrics);
  const [recorded] = runs.flatMap(({ adapter }) =>
    adapter === null ? [] : (recordedRows(join(folder, adapter)) ?? []),
  );
  return {
    configuration,
    data: dataName(configuration.data.train),
    model: model.name,
    started: new Date(summary.started),
    device: device?.name ?? null,
    versions: summary.versions,
    files: data.files,
    parts: { train: data.trainRows, validation: data.validationRows, test: data.testRows },
    labels: data.labels,
    notices: data.notices,
    check: data.check,
    identity: (identity as Identity | null) ?? (recorded === undefined ? null : { rows: recorded }),
    verdict: verdict as unknown as Verdict | null,
    runs: runs.map(
      ({ run, variant, method, state, reason, trainable, steps, seconds, validation, test }): ReportRun => {
        const own = curves.get(run) ?? { steps: [], evaluations: [] };
        const rates = own.steps.map(({ learningRate }) => learningRate).filter(Number.isFinite);
        return {
          ...{ run, state, reason, steps, seconds, curves: own },
          group: variant?.group ?? run,
          method: approaches.find(({ id }) => id === method)?.title ?? method,
          // The highest of its steps, of which warm-up and decay are shares.
          learningRate: rates.length === 0 ? null : rates.reduce((most, rate) => Math.max(most, rate)),
          parameters: trainable && (trainable.adapter + trainable.head || null),
          validation: validation && figuresOf(validation.last),
          test: test && figuresOf(test),
        };
      },
    ),
    unequal: summary.unequal,
    failures: summary.failures,
    rows: withRows ? samples(join(folder, SAMPLES)) : null,
  };
}

/** A file without its path, which is nobody else's; data of the Hub by their whole name. */
const dataName = (train: string) => (isHubData(train) ? train : basename(train.replaceAll("\\", "/")));

/** The curves of each run; a last line that was cut off is passed over. */
function readCurves(text: string): ReadonlyMap<string, { steps: StepPoint[]; evaluations: EvaluationPoint[] }> {
  const curves = new Map<string, { steps: StepPoint[]; evaluations: EvaluationPoint[] }>();
  for (const line of text.split("\n")) {
    const fields = parsedLine(line);
    if (fields === null || typeof fields.run !== "string" || typeof fields.step !== "number") continue;
    const own = curves.get(fields.run) ?? { steps: [], evaluations: [] };
    curves.set(fields.run, own);
    const { step } = fields;
    // Of all rows, where the curve is of some.
    if (fields.complete === true) continue;
    if (fields.split === "validation") {
      own.evaluations.push({ step, seconds: numberOf(fields.seconds), ...figuresOf(fields) });
    } else if ("gradNorm" in fields) {
      const { epoch, loss, learningRate, gradNorm, tokens, seconds } = fields;
      own.steps.push({
        step,
        epoch: numberOf(epoch),
        loss: numberOf(loss),
        learningRate: numberOf(learningRate),
        gradNorm: numberOf(gradNorm),
        tokens: numberOf(tokens),
        seconds: numberOf(seconds),
      });
    }
  }
  return curves;
}

function parsedLine(line: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A figure that is no number is null in JSON. */
const numberOf = (value: unknown) => (typeof value === "number" ? value : Number.NaN);

function figuresOf(fields: Readonly<Record<string, unknown>>): ReportFigures {
  const measured = metricNames.flatMap((name): [MetricName, number][] =>
    name in fields ? [[name, numberOf(fields[name])]] : [],
  );
  return { loss: numberOf(fields.loss), ...Object.fromEntries(measured) };
}

/** The fingerprint of the training rows in a run's folder; null where it has none. */
function recordedRows(folder: string): string | null {
  const state = readObject(join(folder, RUN))?.state as { dataFingerprint?: unknown } | undefined;
  return typeof state?.dataFingerprint === "string" ? state.dataFingerprint : null;
}

/** What the frozen model and the runs wrote to prompts of the validation rows. */
function samples(path: string): RowTable[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .map(parsedLine)
    .filter((line) => line !== null);
  const rows = lines.map(({ row, prompt, response, run, before, text }) =>
    [row, prompt, response, run ?? "(frozen model)", before ? "before" : "after", text].map((cell) =>
      String(cell ?? ""),
    ),
  );
  return [
    { title: "Written to validation prompts", columns: ["row", "prompt", "response", "by", "training", "text"], rows },
  ];
}
