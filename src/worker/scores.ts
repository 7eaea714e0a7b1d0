/**
 * A labelled file scored by all runs that are there: which rows can be, what each run says of them,
 * and which run is ahead on them. The figures are made in `verdict/score.ts`.
 */

import type { BaseModel } from "../base/base-model";
import { countOf } from "../data/errors";
import { shownText } from "../data/examples";
import { formats } from "../data/formats/registry";
import { readLabelled } from "../data/labelled";
import { nameRows } from "../data/shards";
import type { Table } from "../data/table";
import type { TokenizedExample } from "../data/tokens";
import type { ColumnRoles } from "../data/types";
import type { Answers } from "../verdict/remarks";
import { scoreRuns } from "../verdict/score";
import type { FileScores } from "./api";
import { thresholdNotices } from "./calibration-notice";
import { type Judged, judgeBy, leftOutBeside, runStillGoing } from "./judge";
import type { OpenComparison } from "./open-comparison";

/** What there has to be of a comparison. */
export type Scored = Judged & Pick<OpenComparison, "trainExamples">;

export interface ScoreSources {
  /** The one on the page; its runs are judged. */
  readonly current: Scored | null;
  /** Others beside it, of adapters that were trained elsewhere. */
  readonly imported: readonly Scored[];
  readonly model: BaseModel;
  readonly progress: (done: number, total: number) => void;
}

/**
 * Scores every run that can be asked on the file's labelled rows that no run was trained on. All of
 * them read the same tokens.
 * @throws DataError as `readLabelled`; Error where there is no run, or no text has a token.
 */
export async function scoreTable(
  table: Table,
  columns: ColumnRoles,
  { current, imported, model, progress }: ScoreSources,
): Promise<FileScores> {
  const all = [...(current ? [current] : []), ...imported];
  const [first] = all;
  if (!first) throw new Error("There is no trained run yet. Press Compare first, or import an adapter.");
  const { task } = first.comparison;
  const { labels } = first.data;
  const { train: file, labelNames: named } = first.configuration.data;
  const known = { labels, file, named };
  const trained = all.flatMap(({ trainExamples }) => trainExamples);
  const read = readLabelled(table, task.id, columns, { ...known, trained });
  const longest = Math.min(...all.map(({ comparison }) => comparison.longestRow));
  const format = formats[task.id];
  const rows = read.examples.flatMap((example): { text: string; row: TokenizedExample }[] => {
    const encoded = format.encode(example, model.tokenizer, longest);
    if (encoded.fullLength === 0) return [];
    const { row } = example;
    const tokens = { ...encoded, row, truncated: encoded.fullLength > encoded.ids.length };
    return [{ text: shownText(example), row: tokens }];
  });
  if (rows.length === 0)
    throw new Error(`${table.file}: the tokenizer makes no token of the texts that have an answer.`);
  const leftOut: FileScores["leftOut"] = [];
  const asked = all.flatMap((open) => {
    const differs = open.comparison.task !== task || open.data.labels.join("\n") !== labels.join("\n");
    return open.comparison.runNames.flatMap((run) => {
      const why = differs
        ? "it was trained for other labels"
        : open.comparison.state(run) === "failed"
          ? "it failed"
          : null;
      if (why !== null) leftOut.push({ run, why });
      return why === null ? [{ run, comparison: open.comparison }] : [];
    });
  });
  const answers = new Map<string, Answers>();
  const total = asked.length * rows.length;
  const tokenized = rows.map(({ row }) => row);
  for (const { run, comparison } of asked) {
    const before = answers.size * rows.length;
    answers.set(run, await comparison.evaluateRows(run, tokenized, (done) => progress(before + done, total)));
  }
  const scores = scoreRuns({
    ...{ task, labels, answer: format.answer, seed: first.configuration.training.seed },
    runs: [...answers].map(([run, said]) => ({ run, ...said })),
    texts: rows.map(({ text }) => text),
  });
  const beside = imported.flatMap(({ comparison }) => comparison.runNames);
  const cut = tokenized.filter(({ truncated }) => truncated).map(({ row }) => row);
  return {
    file: table.file,
    ...scores,
    verdict:
      current && runStillGoing(current) === null
        ? judgeBy(current, model, {
            part: "file",
            answersOf: (run) => answers.get(run) ?? null,
            ...{ metric: null, looks: null, asked: true },
            leftOut: leftOutBeside(beside),
          })
        : null,
    ...{ leftOut, unlabelled: [...read.unlabelled], seen: [...read.seen] },
    unknown: read.unknown.map(({ label, rows: own }) => ({ label, rows: [...own] })),
    notices: [
      ...read.notices,
      // That rows are cut is said with their predictions.
      ...(cut.length > 0 && format.answer === "tags"
        ? [`Not scored: words beyond ${longest} tokens, in ${countOf(cut.length, "row")} (${nameRows(cut)}).`]
        : []),
      ...thresholdNotices(asked.map(({ run, comparison }) => ({ run, calibration: comparison.calibration(run) }))),
      ...leftOut.map(({ run, why }) => `${run} is not scored: ${why}.`),
      ...beside.map((run) => `Which rows ${run} was trained on is not known here: some of these may be among them.`),
    ],
  };
}
