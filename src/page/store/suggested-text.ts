/** Which options of runs say the task, and the runs with another text there. */

import type { MethodDescription } from "../../worker/api";
import { optionFields } from "./option-fields";
import type { DraftRun } from "./state";

/**
 * What options that say the task stand at before any data is open; null where no method has one.
 */
export function standardText(methods: readonly MethodDescription[]): string | null {
  for (const { optionsSchema, defaults } of methods) {
    const field = optionFields(optionsSchema).find((one) => one.kind === "semantic-text" && one.saysTask);
    if (field) return defaults[field.key] as string;
  }
  return null;
}

/**
 * The runs with the text `after` wherever an option that says the task stands at `before`; what was
 * typed stays.
 */
export function draftsForText(
  runs: readonly DraftRun[],
  methods: readonly MethodDescription[],
  before: string,
  after: string,
): DraftRun[] {
  return runs.map((run) => {
    const schema = methods.find(({ id }) => id === run.method)?.optionsSchema ?? {};
    const fields = optionFields(schema).filter((field) => field.kind === "semantic-text" && field.saysTask);
    const standing = fields.filter(({ key }) => run.options[key] === before);
    if (standing.length === 0) return run;
    return { ...run, options: { ...run.options, ...Object.fromEntries(standing.map(({ key }) => [key, after])) } };
  });
}
