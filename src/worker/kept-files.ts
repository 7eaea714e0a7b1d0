/**
 * The states of a comparison's runs as files, for whoever keeps them outside of the browser, and
 * back. What such a file holds: `folders/kept-run.ts`.
 */

import type { BaseModel } from "../base/base-model";
import { fingerprint } from "../data/fingerprint";
import type { StatefulRun } from "../folders/continuation";
import { type KeptRun, type KeptSetting, keptRunFile, readKeptRun } from "../folders/kept-run";
import { weightsFingerprint } from "../hub/weights-fingerprint";
import type { KeptFile } from "./api";
import type { OpenComparison } from "./open-comparison";

/** Of every run that has been evaluated. */
export async function keptFiles(model: BaseModel, open: OpenComparison): Promise<KeptFile[]> {
  const { keepBest } = open.configuration.training;
  const settings = await settingsOf(model, open);
  return [...open.comparison.kept].map(([run, kept]) => {
    // The best one's values are of use only where the run goes back to them.
    const best = kept.best && !keepBest ? { ...kept.best, checkpoint: null } : kept.best;
    return { run, file: new Blob([keptRunFile(statefulRun(open, run), { ...kept, best }, settings.get(run)!)]) };
  });
}

/** Rejects with an Error naming a run that there is not, and as `readKeptRun`. */
export async function readKeptFiles(
  model: BaseModel,
  open: OpenComparison,
  files: readonly KeptFile[],
): Promise<ReadonlyMap<string, KeptRun>> {
  const settings = await settingsOf(model, open);
  const read = new Map<string, KeptRun>();
  for (const { run, file } of files) {
    const setting = settings.get(run);
    if (!setting) throw new Error(`The checkpoint has a run "${run}", which the configuration does not have.`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    read.set(run, await readKeptRun(run, statefulRun(open, run), setting, `The checkpoint of run "${run}"`, bytes));
  }
  return read;
}

function statefulRun({ comparison }: OpenComparison, run: string): StatefulRun {
  const { trainables, parameters } = comparison.run(run);
  return { trainables, controllerStates: parameters.controllerStates };
}

type Settings = ReadonlyMap<string, KeptSetting>;

/** Rows and model do not change while a comparison is open, and it is evaluated many times. */
const known = new WeakMap<OpenComparison, Promise<Settings>>();

/** By run. */
function settingsOf(model: BaseModel, open: OpenComparison): Promise<Settings> {
  const settings = known.get(open) ?? readSettings(model, open);
  known.set(open, settings);
  return settings;
}

async function readSettings(
  { folder, family }: BaseModel,
  { comparison, divisions, variants }: OpenComparison,
): Promise<Settings> {
  const model = await weightsFingerprint(folder, family.prefixes);
  const prints = await Promise.all(
    divisions.map(async ({ train, validation, test = [] }) => ({
      trainRows: train.length,
      train: await fingerprint(train),
      validation: await fingerprint(validation),
      test: await fingerprint(test),
    })),
  );
  const { steps } = comparison;
  return new Map(
    variants.map(({ name, seed, split, learningRateFactor }) => [
      name,
      { seed, learningRateFactor, steps, model, ...prints[split]! },
    ]),
  );
}
