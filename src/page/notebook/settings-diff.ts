/**
 * How the settings of two comparisons differ, in the words of the form: only what is not the same.
 */

import type { Configuration, RunConfiguration } from "../../plan/configuration";
import {
  dataWords,
  lengthInWords,
  roleTitles,
  runWords,
  taskTitles,
  trainingWords,
  type Words,
} from "../../plan/setting-words";
import type { ColumnRole, ColumnRoles, MethodDescription } from "../../worker/api";
import { formatSetting } from "../numbers";
import { optionFields } from "../store/option-fields";

export interface SettingDifference {
  /** Where it stands in the form: Base model, Data, Training, or the name of a run. */
  readonly part: string;
  readonly setting: string;
  readonly first: string;
  readonly second: string;
}

export interface Settings {
  readonly configuration: Configuration;
  readonly modelName: string;
  readonly dataTitle: string;
}

/** @param methods where options have their titles from; those of others are named by their keys */
export function settingsDiff(
  first: Settings,
  second: Settings,
  methods: readonly MethodDescription[],
): SettingDifference[] {
  const differences: SettingDifference[] = [];
  const add = (part: string, setting: string, one: string, other: string) => {
    if (one !== other) differences.push({ part, setting, first: one, second: other });
  };
  const [a, b] = [first.configuration, second.configuration];
  add("Base model", "Base model", first.modelName, second.modelName);
  if (first.modelName === second.modelName) add("Base model", "From", a.model, b.model);
  add("Base model", "Precision", a.precision, b.precision);

  add("Data", "Data", first.dataTitle, second.dataTitle);
  add("Data", "Task", taskTitles[a.data.task], taskTitles[b.data.task]);
  for (const role of Object.keys(roleTitles) as ColumnRole[]) {
    add("Data", roleTitles[role], columnInWords(a.data.columns, role), columnInWords(b.data.columns, role));
  }
  for (const [setting, one, other] of compared(dataWords, a.data, b.data)) add("Data", setting, one, other);

  add("Training", "Length", lengthInWords(a.training), lengthInWords(b.training));
  for (const [setting, one, other] of compared(trainingWords, a.training, b.training)) {
    add("Training", setting, one, other);
  }

  const inSecond = new Map(b.runs.map((run) => [run.name, run]));
  const inFirst = new Set(a.runs.map(({ name }) => name));
  const titleOf = ({ method }: RunConfiguration) => methods.find(({ id }) => id === method)?.title ?? method;
  for (const run of a.runs) {
    const other = inSecond.get(run.name);
    if (!other) add(run.name, "Run", titleOf(run), "not there");
    else if (run.method !== other.method) add(run.name, "Method", titleOf(run), titleOf(other));
    else {
      for (const [setting, one, two] of compared(runWords, run, other)) add(run.name, setting, one, two);
      for (const [setting, one, two] of options(run, other, methods)) add(run.name, setting, one, two);
    }
  }
  for (const run of b.runs) if (!inFirst.has(run.name)) add(run.name, "Run", "not there", titleOf(run));
  return differences;
}

type Line = readonly [setting: string, first: string, second: string];

/** A line for every setting that has words. */
function compared<Values extends object>(
  words: { readonly [Key in keyof Values]?: Words<Values[Key]> },
  first: Values,
  second: Values,
): Line[] {
  return (Object.keys(words) as (keyof Values)[])
    .filter((key) => !isSame(first[key], second[key]))
    .map((key) => {
      const { title, say } = words[key]!;
      const [one, other] = [say(first[key]), say(second[key])];
      // Said alike and not the same: other rows changed, or the last digits.
      return [title, one, one === other ? `${other}, others` : other];
    });
}

function options(first: RunConfiguration, second: RunConfiguration, methods: readonly MethodDescription[]): Line[] {
  const method = methods.find(({ id }) => id === first.method);
  const titles = new Map(method ? optionFields(method.optionsSchema).map(({ key, title }) => [key, title]) : []);
  const optionOf = ({ options }: RunConfiguration, key: string) => options[key] ?? method?.defaults[key];
  const keys = [...new Set([...titles.keys(), ...Object.keys(first.options), ...Object.keys(second.options)])];
  return keys
    .filter((key) => !isSame(optionOf(first, key), optionOf(second, key)))
    .map((key) => [titles.get(key) ?? key, formatSetting(optionOf(first, key)), formatSetting(optionOf(second, key))]);
}

function columnInWords(columns: ColumnRoles, role: ColumnRole): string {
  return formatSetting(columns[role]);
}

/** What is left out counts as null. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
