/**
 * The presets there are, in the order the page offers them. A new one is a file here and a line.
 */

import { barsToBeat } from "./bars-to-beat";
import { claim } from "./claim";
import { loraFamily } from "./lora-family";
import type { Preset, PresetFacts, PresetRun } from "./preset";
import { smallestAdapters } from "./smallest-adapters";

export const presets: readonly Preset[] = [claim, loraFamily, smallestAdapters, barsToBeat];

export const presetIds = presets.map(({ id }) => id) as [string, ...string[]];

/**
 * The runs of a preset.
 * @throws {Error} naming the presets there are where there is none of that id, or the preset where
 * it has no runs for such data
 */
export function presetRuns(id: string, facts: PresetFacts): PresetRun[] {
  const preset = presets.find((candidate) => candidate.id === id);
  if (!preset) throw new Error(`There is no preset "${id}". Presets: ${presetIds.join(", ")}.`);
  const runs = preset.runs(facts);
  if (runs.length === 0) {
    throw new Error(`The preset "${id}" has no runs for data whose answers are texts: there is no head to train.`);
  }
  return runs;
}
