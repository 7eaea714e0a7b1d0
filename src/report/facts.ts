/**
 * What a report is made of, whoever writes it: the page of a comparison that it shows, the runner
 * of a results' folder. Types, and what of it may be said where no rows are asked for.
 */

import type { CheckLine } from "../data/check/check";
import type { DataRole } from "../data/types";
import type { Configuration } from "../plan/configuration";
import type { Metrics } from "../tasks/metrics/names";
import type { Verdict } from "../verdict/verdict";
import { formats, withVersion } from "../versions/versions";

/** What one run came to, or one of its seeds, folds or learning rates. */
export interface ReportRun {
  readonly run: string;
  /** What it shares with those that differ in seed and split alone. */
  readonly group: string;
  /** Which colour and marker it has, from 0; left out: by its group's place. */
  readonly look?: number;
  readonly method: string;
  /** Null where nothing is trained. */
  readonly learningRate: number | null;
  /** Numbers that are trained or fitted; null where none are, or nobody knows. */
  readonly parameters: number | null;
  readonly state: string;
  /** Why it failed, or ended early; null where there is nothing to say. */
  readonly reason: string | null;
  readonly steps: number;
  readonly seconds: number;
  /** As evaluated last, and when it had ended; null where that was not read. */
  readonly validation: ReportFigures | null;
  readonly test: ReportFigures | null;
  readonly curves: ReportCurves;
}

export type ReportFigures = { readonly loss: number } & Readonly<Metrics>;

/** In the order of their steps. Figures that are no numbers are NaN. */
export interface ReportCurves {
  readonly steps: readonly StepPoint[];
  /** On the validation rows. */
  readonly evaluations: readonly EvaluationPoint[];
}

/** After a training step; `tokens` and `seconds`: of this run, until then. */
export interface StepPoint {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradNorm: number;
  readonly tokens: number;
  readonly seconds: number;
}

export interface EvaluationPoint extends ReportFigures {
  readonly step: number;
  readonly seconds: number;
}

/** What tells the files of a comparison from others: SHA-256, as hexadecimal. */
export interface Identity {
  /** Of each file's columns and cells, whatever it is called and however it is written. */
  readonly tables: readonly { readonly part: DataRole; readonly file: string; readonly fingerprint: string }[];
  /** Of the tokenised training rows, as each adapter's run.json has it; of folds the first's. */
  readonly rows: string;
  readonly model: {
    /** Of every tensor's name, type, shape and first bytes. */
    readonly weights: string;
    /** Of whole files; null: too large to be read once more. */
    readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string | null }[];
  };
}

/** How many rows of each part have a label. */
export interface LabelCount {
  readonly name: string;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Rows that somebody has asked for. */
export interface RowTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ReportFacts {
  readonly configuration: Configuration;
  /** What data and model are called. */
  readonly data: string;
  readonly model: string;
  readonly started: Date;
  /** What computed; null where nobody knows any more. */
  readonly device: string | null;
  /** For example `{ "onnxruntime-web": "1.30.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly files: readonly { readonly file: string; readonly rows: number }[];
  /** Rows of each part, over folds of the first; null where nobody knows any more. */
  readonly parts: { readonly train: number; readonly validation: number; readonly test: number } | null;
  /** None where the task has none, or nobody knows any more. */
  readonly labels: readonly LabelCount[];
  /** What to know of how the data was read. */
  readonly notices: readonly string[];
  /** The check of the data; left out where nobody knows it any more. */
  readonly check?: readonly Pick<CheckLine, "isGood" | "said">[];
  /** Null where nobody knows any more. */
  readonly identity: Partial<Identity> | null;
  /** Null where there is nothing to judge. */
  readonly verdict: Verdict | null;
  readonly runs: readonly ReportRun[];
  /** What is not equal between the runs. */
  readonly unequal: readonly string[];
  /** What went wrong with the comparison itself, in sentences. */
  readonly failures: readonly string[];
  /** Null where none were asked for: then nothing of a row is in the report. */
  readonly rows: readonly RowTable[] | null;
}

/** Tells a text of somebody's file where no rows are asked for. */
const LEFT_OUT = "(labelled examples, left out of the report)";

/**
 * The configuration as a file. Labelled examples before the input may be rows of somebody's data:
 * they are in it only where rows are asked for.
 */
export function settingsFile({ configuration: { runs, ...configuration }, rows }: ReportFacts): object {
  return withVersion(formats.configuration, {
    ...configuration,
    runs: runs.map((run) =>
      run.method === "cpt" && rows === null ? { ...run, options: { ...run.options, text: LEFT_OUT } } : run,
    ),
  });
}

/** The lines of the check as `saidNotices` says notices. */
export function saidCheck(facts: ReportFacts): NonNullable<ReportFacts["check"]> {
  const { check = [] } = facts;
  const said = saidNotices({ ...facts, notices: check.map((line) => line.said) });
  return check.map(({ isGood }, place) => ({ isGood, said: said[place]! }));
}

/**
 * What to know of how the data was read. Notices quote what they are about: labels, columns and
 * files may be named, all else within quotation marks is of a cell, and is said only where rows are
 * asked for.
 */
export function saidNotices({ notices, rows, labels, files, configuration, verdict }: ReportFacts): readonly string[] {
  if (rows !== null) return notices;
  const { columns, group, train } = configuration.data;
  const names = [
    ...labels.map(({ name }) => name),
    ...files.map(({ file }) => file),
    ...Object.values(columns).flat(),
    ...(verdict?.againstMajority?.label ? [verdict.againstMajority.label] : []),
    group,
    train,
  ];
  const known = names.filter((name) => typeof name === "string").map((name) => name.replace(/\s+/g, " "));
  return notices.map((notice) => withoutCells(notice, known));
}

/**
 * A notice without what it quotes, where any of it is none of these names. A cell may hold
 * quotation marks of its own, so that all from the first mark to the last goes.
 */
function withoutCells(notice: string, names: readonly string[]): string {
  const quoted = notice.split('"').filter((_, index) => index % 2 === 1);
  const isKnown = (text: string) =>
    names.some((name) => (text.endsWith("…") ? name.startsWith(text.slice(0, -1)) : name === text));
  if (quoted.every(isKnown)) return notice;
  return notice.replace(/".*"/s, '"…"');
}
