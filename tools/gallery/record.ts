/**
 * What the headless runner left of a comparison, as the page would have kept it: its events go
 * through the page's own reducer.
 */

import { basename } from "node:path";
import { defaultLearningRate } from "../../src/methods/learning-rate";
import { approachOf } from "../../src/methods/registry";
import { createCurves } from "../../src/page/curves/run-curves";
import { writeGalleryFile } from "../../src/page/gallery/gallery-file";
import { effectiveLearningRate } from "../../src/page/store/configuration";
import { applyEvents } from "../../src/page/store/events";
import type { Comparison, RunRecord } from "../../src/page/store/state";
import { useStudio } from "../../src/page/store/store";
import { variantsOf } from "../../src/plan/variants";
import type { MethodDescription, StudioEvent } from "../../src/worker/api";

/** What is read of `summary.json`, beside what goes into the record as it is. */
interface Summary {
  readonly complete: boolean;
  readonly failures: readonly string[];
  readonly started: string;
  readonly seconds: number;
  readonly configuration: Comparison["configuration"];
  readonly model: { readonly name: string; readonly hiddenSize: number };
  readonly device: { readonly executor: Comparison["executor"] };
  readonly identity: NonNullable<Comparison["identity"]>;
  readonly data: {
    readonly files: NonNullable<Comparison["dataFiles"]>;
    readonly trainRows: number;
    readonly validationRows: number;
    readonly testRows: number;
    readonly notices: string[];
    readonly labels: NonNullable<Comparison["dataLabels"]>;
  };
  readonly memoryBytes: Comparison["memoryBytes"];
  readonly unequal: string[];
  readonly verdict: Comparison["verdict"] | null;
  readonly runs: readonly (Pick<RunRecord, "state" | "trainable"> & {
    readonly run: string;
    readonly steps: number;
    readonly notices: readonly string[];
  })[];
}

/**
 * @param id Of the comparison.
 * @param title Of the sample.
 * @param summary Of `summary.json`.
 * @param metrics `metrics.jsonl`.
 * @returns A file of `public/gallery`.
 * @throws {Error} Where the comparison did not come to its end.
 */
export function galleryFile(id: string, title: string, summary: Summary, metrics: string): string {
  if (!summary.complete || !summary.verdict) throw new Error(`${id} did not finish: ${summary.failures.join(" ")}`);
  const { data, training } = summary.configuration;
  const configuration = { ...summary.configuration, data: { ...data, train: basename(data.train) } };
  const startedAt = Date.parse(summary.started);
  const runs = configuration.runs.flatMap((run, slot): RunRecord[] => {
    const approach = approachOf(run.method)!;
    const { trains } = approach;
    const method = {
      learningRate: trains ? defaultLearningRate(approach, { config: summary.model }) : null,
      headOnly: trains && approach.headOnly === true,
    } as MethodDescription;
    return variantsOf(run, training, data, trains).map((variant) => ({
      key: `${id}/${variant.name}`,
      name: variant.name,
      variant,
      methodTitle: approach.title,
      control: approach.group === "control",
      slot,
      configuration: run,
      learningRate: effectiveLearningRate(run, training, method),
      state: "waiting",
      reason: null,
      lastGoodStep: null,
      heldStep: null,
      trainable: summary.runs.find((one) => one.run === variant.name)!.trainable,
      bytes: null,
      curves: createCurves(),
      saved: false,
    }));
  });
  const { trainRows, validationRows, testRows } = summary.data;
  const comparison: Comparison = {
    id,
    startedAt,
    endedAt: null,
    configuration,
    modelName: summary.model.name,
    dataTitle: title,
    dataFiles: summary.data.files.map((file) => ({ ...file, file: basename(file.file) })),
    parts: { train: trainRows, validation: validationRows, test: testRows },
    dataNotices: summary.data.notices,
    dataLabels: summary.data.labels,
    identity: {
      ...summary.identity,
      tables: summary.identity.tables.map((table) => ({ ...table, file: basename(table.file) })),
    },
    state: "running",
    step: 0,
    steps: training.steps!,
    reason: null,
    executor: summary.device.executor,
    memoryBytes: summary.memoryBytes,
    unequal: summary.unequal,
    runs,
    verdict: summary.verdict,
  };
  const slice = { ...useStudio.getState().comparison, current: comparison };
  const events = metrics
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .map((fields): StudioEvent => ({ ...fields, type: "split" in fields ? "evaluation" : "step" }));
  const { current } = applyEvents(slice, events, 0);
  const ended = summary.runs.map(({ run, state, steps, notices }): [string, Partial<RunRecord>] => [
    run,
    { state, lastGoodStep: steps, heldStep: steps, ...(notices.length > 0 && { notices }) },
  ]);
  const fields = new Map<string, Partial<RunRecord>>(ended);
  return writeGalleryFile({
    ...current!,
    endedAt: startedAt + Math.round(summary.seconds * 1000),
    state: "finished",
    step: training.steps!,
    runs: current!.runs.map((run) => ({ ...run, ...fields.get(run.name) })),
  });
}
