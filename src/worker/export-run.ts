/**
 * A run's download: its adapter as a folder with a record of how it came about, or the base model
 * with it merged in.
 */

import { dependencies, version } from "../../package.json";
import type { AdapterFolder } from "../adapters/folder";
import { zipAdapter } from "../adapters/write";
import { countChanges, describeChanges } from "../data/changes";
import { fingerprint } from "../data/fingerprint";
import { transformInWords } from "../data/transforms/in-words";
import { type ExportFacts, exportRun } from "../folders/export";
import { mergedForms } from "../folders/merge";
import { mergedRun, zipMerged } from "../folders/merged-model";
import type { Run } from "../runs/run";
import { metricFacts } from "../tasks/metrics/names";
import { formatMetric, shownMetrics } from "../tasks/metrics/shown";
import { measureRuns } from "../verdict/score";
import type { DeviceReport } from "./api";
import { recordedConfiguration } from "./folders";
import type { OpenComparison } from "./open-comparison";
import type { StudioSession } from "./studio-session";
import { writingFacts } from "./writing-facts";

const versions = { "onnxruntime-web": dependencies["onnxruntime-web"], studio: version };

/** A run's adapter, or another form of it, as a folder. Throws an Error where there is none. */
export async function exportedFolder(
  session: StudioSession,
  open: OpenComparison,
  run: string,
  conversion: string | null,
): Promise<AdapterFolder> {
  const { comparison, divisions, variants } = open;
  const { seed, split, learningRateFactor } = variants.find(({ name }) => name === run)!;
  const { train } = divisions[split]!;
  const facts = exportFacts(session, open, run);
  const state = {
    seed,
    learningRateFactor,
    steps: comparison.steps,
    trainRows: train.length,
    dataFingerprint: await fingerprint(train),
  };
  // Only what was trained is written with its optimiser's state.
  const asHeld = async (held: Run) => ({ ...facts, writing: await writingFacts(session, open, held) });
  if (conversion !== null) {
    return comparison.hold(run, async (held) => exportRun(session.model, held, await asHeld(held), conversion));
  }
  return comparison.snapshot(run, async (checkpoint) => {
    const held = comparison.run(run);
    return exportRun(session.model, held, { ...(await asHeld(held)), state: { checkpoint, facts: state } });
  });
}

/**
 * As a zip; `conversion`: another form of the adapter than its own, or a merged model. Throws an
 * Error where there is none.
 */
export async function exportedRun(
  session: StudioSession,
  open: OpenComparison,
  run: string,
  conversion: string | null,
): Promise<Blob> {
  const merged = mergedForms.find(({ id }) => id === conversion);
  if (!merged) return zipAdapter(await exportedFolder(session, open, run, conversion), run);
  const { comparison, data } = open;
  const { steps, data: rows, calibration } = exportFacts(session, open, run);
  const told = { labels: data.labels, steps, file: rows.file, calibration };
  const whole = await comparison.hold(run, async (held) =>
    mergedRun(session.model, held, { ...told, writing: await writingFacts(session, open, held) }),
  );
  return zipMerged(whole, merged.type, run);
}

/** What the model card and run.json say of a run. */
function exportFacts({ model, data: store, device }: StudioSession, open: OpenComparison, run: string): ExportFacts {
  const { comparison, configuration, data, divisions, evaluations, folders, variants } = open;
  const variant = variants.find(({ name }) => name === run)!;
  const own = evaluations.filter((event) => event.run === run);
  const held = comparison.heldStep(run);
  const last = own.findLast(({ step, split }) => step === held && split === "validation") ?? null;
  const { train, validation } = store.summary!;
  const rows = divisions[variant.split]!;
  const calibration = comparison.calibration(run);
  // What a sum was made of, also where training went on from it.
  const folder = folders.get(variant.run);
  const from = folder?.adapter.run;
  const changes = describeChanges(countChanges(configuration.data.changes ?? []));
  const { transforms = [] } = configuration.data;
  const recorded = recordedConfiguration(configuration, model.folder.source);
  return {
    scale: data.scale ?? null,
    labels: data.labels,
    maxLength: data.maxLength,
    pairs: (configuration.data.columns.textPair ?? null) !== null,
    data: {
      file: validation ? `${train.file}, ${validation.file}` : train.file,
      trainRows: rows.train.length,
      validationRows: rows.validation.length,
      ...(changes !== null && { changes }),
      ...(transforms.length > 0 && { transforms: transforms.map(transformInWords).join("; ") }),
    },
    steps: last?.step ?? 0,
    metrics: last && { step: last.step, loss: last.loss, shown: shownMetrics(last, comparison.task.id) },
    ...(calibration && { calibration }),
    tested: testedFigures(open, run),
    versions,
    droppedLeadingTokens: comparison.dropsLeadingToken(run) ? 1 : 0,
    record: {
      run: asShown(
        recorded.runs.find(({ name }) => name === variant.run),
        comparison.run(run),
      ),
      variant,
      labels: data.labels,
      ...(folder?.adapter.source && {
        startedFrom: { ...folder.adapter.source, withoutHead: folder.transferred !== undefined },
      }),
      ...(from?.sum !== undefined && { sum: from.sum }),
      ...(data.scale && { scale: data.scale }),
      ...(calibration && { calibration }),
      configuration: recorded,
      evaluations: own,
      device: deviceRecord(device),
      versions,
    },
  };
}

/** With the options that its rows have made, where some are shown: nobody else has those rows. */
function asShown<Recorded extends object>(
  recorded: Recorded | undefined,
  { setup: { method, options } }: Pick<Run, "setup">,
): Recorded | undefined {
  return recorded && method.withRows ? { ...recorded, options } : recorded;
}

/**
 * What the run said of the test rows when it had ended; null where it has not read them, or its
 * dial is not where it was then.
 */
function testedFigures(
  {
    comparison,
    configuration,
    data: { labels },
    looks,
  }: Pick<OpenComparison, "comparison" | "configuration" | "data" | "looks">,
  run: string,
): NonNullable<ExportFacts["tested"]> | null {
  const found = comparison.tested(run);
  const { dial } = comparison.run(run);
  if (!found || (dial && dial.setting !== dial.most)) return null;
  const { evaluation, examples } = found;
  const rows = examples.length;
  const asked = { task: comparison.task, labels, rows, seed: configuration.training.seed };
  const [measured] = measureRuns({ ...asked, runs: [{ run, evaluation, examples }] });
  const shown = measured!.metrics.map(({ metric, value, low, high }) => ({
    title: metricFacts[metric].title,
    value: formatMetric(metric, value),
    low: formatMetric(metric, low),
    high: formatMetric(metric, high),
  }));
  return { rows, looks, shown };
}

/** What a run was computed on, as its record says it. */
function deviceRecord({ executor, threads, adapter }: DeviceReport) {
  return executor === "processor" ? { executor, threads } : { executor, ...adapter };
}
