/**
 * The check-up: why a run may not learn as hoped. Gathers what the rules go by from the run, its
 * rows and its history; the rules are in `answers/diagnosis.ts`.
 */

import * as z from "zod";
import { type DiagnosisFacts, diagnose, type Finding } from "../answers/diagnosis";
import { meanWordNorm } from "../base/norms";
import { formats } from "../data/formats/registry";
import { defaultLearningRate } from "../methods/learning-rate";
import type { RunReport } from "../plan/reports";
import type { Instrument, MeasuredRun } from "./instrument";

/** What stands out in a run, and its gradients' norms in the last step. */
export interface CheckUp {
  findings: Finding[];
  gradients: { tensor: string; norm: number }[];
}

export const checkUp: Instrument<null, CheckUp> = {
  title: "Check-up: does it learn as it should?",
  summary: "What the run's losses, gradients and rows show, and what to try.",
  input: z.null(),
  refusal: () => null,
  async measure(run) {
    const facts = await diagnosisFacts(run);
    return { findings: diagnose(facts), gradients: [...facts.gradients] };
  },
};

async function diagnosisFacts({
  name,
  comparison,
  executor,
  model,
  history,
  data,
}: MeasuredRun): Promise<DiagnosisFacts> {
  const run = comparison.run(name);
  const { method, learningRate, gradClip } = run.setup;
  const past = history.of(name);
  const rowTokens = data.train.reduce((sum, { ids }) => sum + ids.length, 0) / data.train.length;
  const text = run.context.textIds.length;
  return {
    learningRate,
    defaultLearningRate: method.trains ? defaultLearningRate(method, model) : learningRate,
    gradClip,
    stepsPerEpoch: comparison.stepsPerEpoch,
    ...past,
    gradients: past.losses.length === 0 ? [] : await comparison.gradientNorms(name),
    embeddings: run.startNorm === null ? null : { start: run.startNorm, table: await meanWordNorm(executor, model) },
    rows: {
      train: data.train.length,
      truncated: data.train.filter(({ truncated }) => truncated).length,
      maxLength: data.maxLength,
    },
    text: text === 0 ? null : { tokens: text, rowTokens },
    classes:
      formats[comparison.task.id].answer === "label"
        ? classFacts(
            data.labels,
            data.train.map(({ labels }) => labels[0]!),
            past.evaluations.length === 0 ? null : comparison.report(name),
          )
        : null,
  };
}

function classFacts(
  labels: readonly string[],
  rows: readonly number[],
  report: RunReport | null,
): DiagnosisFacts["classes"] {
  const counts = labels.map((_, label) => rows.filter((row) => row === label).length);
  return { labels, counts, confusion: report?.confusion ?? [] };
}
