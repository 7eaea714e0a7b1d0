/**
 * The verdict of a comparison that has ended: which rows decide, which variants are one run, and
 * what is left out. The statistics and the words are in `verdict/`.
 */

import type { BaseModel } from "../base/base-model";
import type { Comparison } from "../comparison/comparison";
import { formats } from "../data/formats/registry";
import type { Answerer } from "../methods/answerer";
import type { Configuration } from "../plan/configuration";
import { isEnded } from "../plan/phase";
import type { Variant } from "../plan/variants";
import { trainableOf } from "../runs/trainable-count";
import { decidingMetric, type MetricName } from "../tasks/metrics/names";
import { claimsOf } from "../verdict/claim";
import { decide, type JudgedRun } from "../verdict/decide";
import { type KeptOutcomes, keepOutcomes } from "../verdict/kept-outcomes";
import type { Answers } from "../verdict/remarks";
import { selectionsOf } from "../verdict/selection";
import type { Basis, Verdict } from "../verdict/verdict";
import type { OpenComparison } from "./open-comparison";

/** `metric`: null: the one that was fixed before training; `beside`: runs that were added to it. */
export interface Asked {
  readonly metric: MetricName | null;
  readonly beside: readonly string[];
}

/** What there has to be of a comparison; `looks`: at its test rows, null where nobody can tell. */
export type Judged = Pick<
  OpenComparison,
  | "comparison"
  | "configuration"
  | "variants"
  | "history"
  | "data"
  | "divisions"
  | "looks"
  | "testRowsChanged"
  | "overlap"
>;

/**
 * The rows that decide: the test rows where every run that is there to be judged has read them,
 * else the validation rows. One that was stopped before it was evaluated is not there.
 */
export function partOf({ comparison, variants }: Pick<Judged, "comparison" | "variants">): "test" | "validation" {
  const judged = variants.filter(({ name }) => comparison.state(name) !== "failed" && comparison.validated(name));
  return judged.length > 0 && judged.every(({ name }) => comparison.tested(name)) ? "test" : "validation";
}

/** What a run said of the rows that decide. */
export function answersOf(comparison: Comparison, part: Verdict["part"], run: string): Answers | null {
  return part === "test" ? comparison.tested(run) : comparison.validated(run);
}

/**
 * What the runs on every fold or repeat say together: each row once, as the first of them says that
 * was not trained on it.
 */
function joined([first, ...others]: readonly [Answers, ...Answers[]]): Answers {
  if (others.length === 0) return first;
  const seen = new Set<number>();
  const kept = [first, ...others].flatMap(({ evaluation, examples }) =>
    examples.flatMap((example, index) => {
      if (seen.has(example.row)) return [];
      seen.add(example.row);
      return [{ example, output: evaluation.outputs[index]!, losses: evaluation.losses[index]! }];
    }),
  );
  return {
    examples: kept.map(({ example }) => example),
    evaluation: { outputs: kept.map(({ output }) => output), losses: kept.map(({ losses }) => losses) },
  };
}

/**
 * Judges what is there, in the order of the configuration.
 * @throws Error where a run is still to come, or the task has not the metric
 */
export function judge(judged: Judged, model: BaseModel, { metric, beside }: Asked): Verdict {
  const { comparison, looks, testRowsChanged, overlap } = judged;
  const going = runStillGoing(judged);
  if (going !== null)
    throw new Error(`"${going}" is still ${comparison.state(going)}: wait until it has ended, or stop.`);
  const part = partOf(judged);
  return judgeBy(judged, model, {
    part,
    answersOf: (run) => answersOf(comparison, part, run),
    metric,
    leftOut: leftOutBeside(beside),
    // Where a stop left test rows unread, those that were read have been looked at all the same.
    looks,
    ...(part === "test" && testRowsChanged && { testRowsChanged }),
    ...(overlap && overlap[part].texts + overlap[part].groups > 0 && { overlap: overlap[part] }),
  });
}

/**
 * Which rows each run had right, to be kept; `metric`: as for `judge`. Null where it is no share of
 * right rows. Runs that cannot be judged are left out; throws as `judge`.
 */
export function outcomesOf(judged: Judged, model: BaseModel, metric: MetricName | null): KeptOutcomes | null {
  const { comparison, configuration, data } = judged;
  const going = runStillGoing(judged);
  if (going !== null) throw new Error(`"${going}" is still ${comparison.state(going)}: wait until it has ended.`);
  const part = partOf(judged);
  const { runs } = judgedRuns(judged, model, { answersOf: (run) => answersOf(comparison, part, run), leftOut: [] });
  const { task } = comparison;
  return keepOutcomes({ task, labels: data.labels, metric: metric ?? decidingMetric(configuration), part }, runs);
}

/** A run that has still to end. */
export function runStillGoing({ comparison, variants }: Pick<Judged, "comparison" | "variants">): string | null {
  return variants.find(({ name }) => !isEnded(comparison.state(name)))?.name ?? null;
}

/** Runs that were added to a comparison are not judged with it. */
export function leftOutBeside(runs: readonly string[]): Verdict["leftOut"] {
  return runs.map((run) => ({ run, why: "which rows it was trained on is not known here" }));
}

/** Which rows decide, and what the runs say of them. */
export interface DecidingRows extends Pick<Verdict, "part" | "leftOut" | "looks" | "testRowsChanged" | "overlap"> {
  readonly answersOf: (run: string) => Answers | null;
  /** Null: the one that was fixed before training. */
  readonly metric: MetricName | null;
  /** Whether they are asked now, where a dial may have been turned since training. */
  readonly asked?: boolean;
}

/**
 * The runs that can be judged by what they say, each with its seeds, and why others cannot;
 * `divisionOf`: of a row's number, the first division whose answers have it.
 */
export function judgedRuns(
  {
    comparison,
    configuration,
    variants,
    history,
  }: Pick<Judged, "comparison" | "configuration" | "variants" | "history">,
  model: BaseModel,
  { answersOf, leftOut: given, asked = false }: Pick<DecidingRows, "answersOf" | "leftOut" | "asked">,
): { runs: JudgedRun[]; leftOut: Verdict["leftOut"]; divisionOf: ReadonlyMap<number, number> } {
  const leftOut = [...given];
  const runs: JudgedRun[] = [];
  const divisionOf = new Map<number, number>();
  const rates = configuration.training.learningRateFactors.length;
  for (const group of new Set(variants.map((variant) => variant.group))) {
    const members = variants.filter((variant) => variant.group === group);
    const why = members
      .map((variant) => refusal(comparison, answersOf, history.of(variant.name).failure, variant))
      .find(Boolean);
    if (why) {
      leftOut.push({ run: group, why });
      continue;
    }
    const { tunedSetup, trainables } = comparison.run(members[0]!.name);
    const { adapter, total } = trainableOf(tunedSetup, trainables, model);
    const { method } = tunedSetup;
    const { trains } = method;
    // As the answers of several divisions are joined: a row is the first one's that has it.
    for (const { name, split } of members) {
      for (const { row } of answersOf(name)!.examples) if (!divisionOf.has(row)) divisionOf.set(row, split);
    }
    runs.push({
      run: group,
      kind: !trains ? "answerer" : adapter === 0 ? "control" : "tuned",
      ...(!method.trains && { basis: basisOf(method, total > 0) }),
      ...(trains && rates > 1 && { ratesTried: rates }),
      ...sweptOf(configuration.runs, members[0]!.run),
      turned: asked ? turnedDial(comparison, members) : null,
      parameters: total === 0 ? null : total,
      seeds: [...new Set(members.map(({ seed }) => seed))].map((seed) => {
        const own = members.filter((variant) => variant.seed === seed);
        return joined(own.map(({ name }) => answersOf(name)!) as [Answers, ...Answers[]]);
      }),
      histories: trains ? members.map(({ name }) => history.of(name)) : [],
    });
  }
  return { runs, leftOut, divisionOf };
}

/** Of a point of a sweep what the verdict has to say of that. */
function sweptOf(runs: Configuration["runs"], name: string): Pick<JudgedRun, "swept"> {
  const run = runs.find((one) => one.name === name)?.sweptAs?.run;
  if (run === undefined) return {};
  return { swept: { run, points: runs.filter(({ sweptAs }) => sweptAs?.run === run).length } };
}

/** Judges runs that have ended by these rows. */
export function judgeBy(
  judged: Judged,
  model: BaseModel,
  { part, metric, looks, testRowsChanged, overlap, ...rows }: DecidingRows,
): Verdict {
  const { comparison, configuration, variants, data, divisions } = judged;
  const { task } = comparison;
  const fixed = decidingMetric(configuration);
  const { runs, leftOut, divisionOf } = judgedRuns(judged, model, rows);
  return decide({
    task,
    metric: metric ?? fixed,
    metricChangedAfterTraining: metric !== null && metric !== fixed,
    part,
    thresholdsTuned: variants.some(({ name }) => comparison.calibration(name)?.thresholds),
    looks,
    ...(testRowsChanged && { testRowsChanged }),
    ...(overlap && { overlap }),
    labels: data.labels,
    runs,
    leftOut,
    trainLabels:
      formats[task.id].answer === "label" ? divisions.map(({ train }) => train.map(({ labels }) => labels[0]!)) : null,
    divisionOf: (row) => divisionOf.get(row) ?? 0,
    claims: claimsOf(configuration.runs, variants),
    ...(configuration.data.selection && { selections: selectionsOf(variants) }),
    seed: configuration.training.seed,
  });
}

/** @param fitted whether numbers of it are fitted to the rows' labels */
function basisOf({ answers }: Answerer, fitted: boolean): Basis {
  if (answers.from === "texts") return answers.same ? "one answer" : "texts";
  return fitted ? "fitted head" : "frozen model";
}

/** The first of a run's dials that is not at what was trained; null where all are. */
function turnedDial(comparison: Comparison, members: readonly Variant[]): JudgedRun["turned"] {
  for (const { name } of members) {
    const { dial } = comparison.run(name);
    if (dial && dial.setting !== dial.most) {
      return { kind: "turned", dial: dial.title, setting: dial.setting, most: dial.most };
    }
  }
  return null;
}

/**
 * Why a run cannot be judged by this variant. One seed that failed leaves out the run: its other
 * seeds alone would look better than it is.
 */
function refusal(
  comparison: Comparison,
  answersOf: DecidingRows["answersOf"],
  failure: string | null,
  { name, run }: Variant,
): string | null {
  const which = name === run ? "it" : `"${name}"`;
  if (comparison.state(name) === "failed") return `${which} failed${failure === null ? "" : ` (${failure})`}`;
  if (!answersOf(name)) return `${which} has not been evaluated`;
  const untrained = comparison.run(name).trainables.length > 0 && comparison.heldStep(name) === 0;
  return untrained ? `${which} has not been trained` : null;
}
