/**
 * The verdict of a comparison that has ended: which rows decide, which variants are one run, and
 * what is left out. The statistics and the words are in `verdict/`.
 */

import type { BaseModel } from "../base/base-model";
import type { Comparison } from "../comparison/comparison";
import { formats } from "../data/formats/registry";
import type { Variant } from "../plan/variants";
import { trainableOf } from "../runs/trainable-count";
import { type MetricName, taskMetrics } from "../tasks/metrics/names";
import { decide, type JudgedRun } from "../verdict/decide";
import type { Answers } from "../verdict/remarks";
import type { Verdict } from "../verdict/verdict";
import type { OpenComparison } from "./open-comparison";

/** `metric`: null: the one that was fixed before training; `beside`: runs that were added to it. */
export interface Asked {
  readonly metric: MetricName | null;
  readonly beside: readonly string[];
}

/** What there has to be of a comparison. */
export type Judged = Pick<OpenComparison, "comparison" | "configuration" | "variants" | "history" | "data">;

/** What a run said of the rows that decide: the one place that says which these are. */
function answersOf(comparison: Comparison, run: string): Answers | null {
  return comparison.validated(run);
}

const PART: Verdict["part"] = "validation";

/**
 * Judges what is there, in the order of the configuration.
 * @throws Error where a run is still to come, or the task has not the metric
 */
export function judge(
  { comparison, configuration, variants, history, data }: Judged,
  model: BaseModel,
  { metric, beside }: Asked,
): Verdict {
  const { task } = comparison;
  const going = variants.find(({ name }) => !["finished", "stopped", "failed"].includes(comparison.state(name)));
  if (going)
    throw new Error(`"${going.name}" is still ${comparison.state(going.name)}: wait until it has ended, or stop.`);
  const fixed = configuration.training.metric ?? taskMetrics[task.id][0];
  const leftOut = beside.map((run) => ({ run, why: "which rows it was trained on is not known here" }));
  const runs: JudgedRun[] = [];
  for (const group of new Set(variants.map((variant) => variant.group))) {
    const members = variants.filter((variant) => variant.group === group);
    const why = members.map((variant) => refusal(comparison, history.of(variant.name).failure, variant)).find(Boolean);
    if (why) {
      leftOut.push({ run: group, why });
      continue;
    }
    const { tunedSetup, trainables } = comparison.run(members[0]!.name);
    const { adapter, total } = trainableOf(tunedSetup, trainables, model);
    const { trains } = tunedSetup.method;
    runs.push({
      run: group,
      kind: !trains ? "answerer" : adapter === 0 ? "control" : "tuned",
      parameters: total === 0 ? null : total,
      seeds: members.map(({ name }) => answersOf(comparison, name)!),
      histories: trains ? members.map(({ name }) => history.of(name)) : [],
    });
  }
  return decide({
    task,
    metric: metric ?? fixed,
    metricChangedAfterTraining: metric !== null && metric !== fixed,
    part: PART,
    looks: null,
    labels: data.labels,
    runs,
    leftOut,
    trainLabels: formats[task.id].answer === "label" ? data.train.map(({ labels }) => labels[0]!) : null,
    seed: configuration.training.seed,
  });
}

/**
 * Why a run cannot be judged by this variant. One seed that failed leaves out the run: its other
 * seeds alone would look better than it is.
 */
function refusal(comparison: Comparison, failure: string | null, { name, run }: Variant): string | null {
  const which = name === run ? "it" : `"${name}"`;
  if (comparison.state(name) === "failed") return `${which} failed${failure === null ? "" : ` (${failure})`}`;
  if (!answersOf(comparison, name)) return `${which} has not been evaluated`;
  const untrained = comparison.run(name).trainables.length > 0 && comparison.heldStep(name) === 0;
  return untrained ? `${which} has not been trained` : null;
}
