/** Turning what can be chosen after training (DyLoRA's rank), and what every setting came to. */

import type { SettingEvaluation } from "../../worker/api";
import type { RunRecord } from "../store/state";
import { studio } from "../worker";

type Evaluations = ReadonlyMap<number, SettingEvaluation>;

/** Evaluated settings by run, so that looking at another run forgets nothing. */
const known = new Map<string, Evaluations>();

export function evaluatedSettings({ key }: Pick<RunRecord, "key">): Evaluations {
  return known.get(key) ?? new Map();
}

/** Predictions, downloads and reports follow. Rejects as the worker does. */
export async function turnDial(run: Pick<RunRecord, "key" | "name">, setting: number): Promise<void> {
  const evaluation = await studio().turn(run.name, setting);
  known.set(run.key, new Map(evaluatedSettings(run)).set(setting, evaluation));
}
