/** Which options of runs say the task, and the runs with another text there. */

import type { WrittenRun } from "../../plan/configuration";
import type { MethodDescription } from "../../worker/api";
import { type OptionField, optionFields } from "./option-fields";
import type { DraftRun, MethodsSlice } from "./state";

/**
 * What options that say the task stand at while no data are open that could suggest a text: none,
 * so that no card shows a sentence of other data.
 */
export const NO_TEXT = "";

/** What is said in its place. */
export const FOLLOWS_DATA = "Follows the data that you open.";

/** What a method gives an option that says the task; null where no method has one. */
export function standardText(methods: readonly MethodDescription[]): string | null {
  for (const { optionsSchema, defaults } of methods) {
    const field = optionFields(optionsSchema).find((one) => one.kind === "semantic-text" && one.saysTask);
    if (field) return defaults[field.key] as string;
  }
  return null;
}

/**
 * Runs as an address has them, with `NO_TEXT` for every text that it leaves out: these follow the
 * data. A text that is written there stays, even the one that is a method's default.
 */
export function runsThatFollow(runs: readonly WrittenRun[], methods: readonly MethodDescription[]): WrittenRun[] {
  return runs.map((run) => {
    const following = taskFields(run.method, methods).map(({ key }) => [key, NO_TEXT]);
    return { ...run, options: { ...Object.fromEntries(following), ...run.options } };
  });
}

/** The options of a method that say the task. */
export function taskFields(method: string, methods: readonly MethodDescription[]): OptionField[] {
  const schema = methods.find(({ id }) => id === method)?.optionsSchema ?? {};
  return optionFields(schema).filter((field) => field.kind === "semantic-text" && field.saysTask);
}

/** Runs that have their methods' defaults, with the text that the open data suggest. */
export function draftsWithSuggestion(
  runs: readonly DraftRun[],
  { descriptions, suggested }: Pick<MethodsSlice, "descriptions" | "suggested">,
): DraftRun[] {
  const standard = standardText(descriptions);
  return suggested === null || standard === null ? [...runs] : draftsForText(runs, descriptions, standard, suggested);
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
    const fields = taskFields(run.method, methods);
    const standing = fields.filter(({ key }) => run.options[key] === before);
    const swept = fields.filter(({ key }) => run.sweep?.[key]?.includes(before));
    if (standing.length === 0 && swept.length === 0) return run;
    const following = (values: readonly unknown[]) => values.map((value) => (value === before ? after : value));
    return {
      ...run,
      options: { ...run.options, ...Object.fromEntries(standing.map(({ key }) => [key, after])) },
      ...(run.sweep && {
        sweep: { ...run.sweep, ...Object.fromEntries(swept.map(({ key }) => [key, following(run.sweep![key]!)])) },
      }),
    };
  });
}
