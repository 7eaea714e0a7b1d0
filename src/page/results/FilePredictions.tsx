/**
 * A whole file answered by one run, or each row by the run that a column names: many adapters over
 * one base model. Where the file says what is true of its rows, all runs are scored on it, too.
 */

import { Download, FileInput } from "lucide-react";
import { lazy, Suspense, useId, useState } from "react";
import { tableExtensions } from "../../data/files/extensions";
import type { FilePredictions as Answer, ColumnRoles, FileScores, FileToPredict } from "../../worker/api";
import { useQuestion } from "../asking";
import { download } from "../export/download";
import { FORMULAS_HELP, FORMULAS_LABEL } from "../export/formulas";
import { FileButton } from "../fields/FileButton";
import { Segmented } from "../fields/Segmented";
import { SelectField } from "../fields/SelectField";
import { Message } from "../layout/Message";
import { formatPlural } from "../numbers";
import { isBusy, patch, useStudio } from "../store/store";
import { AnswerColumns } from "./AnswerColumns";
import { useAnsweringRuns } from "./answering-runs";
import { ScorePanel } from "./ScorePanel";

const EncodingChoice = lazy(() => import("../data/EncodingChoice"));

interface OpenFile {
  file: File;
  /** That was chosen for it; undefined: found out. */
  encoding: string | undefined;
  found: FileToPredict;
}

export function FilePredictions() {
  const busy = useStudio(isBusy);
  const runs = useAnsweringRuns().map(({ run }) => run);
  const { answer: opened, error, ask } = useQuestion<OpenFile>();
  const [last, setLast] = useState<File | null>(null);
  if (busy || runs.length === 0) return null;
  const open = (file: File, encoding?: string) => {
    setLast(file);
    ask(async (studio) => ({ file, encoding, found: await studio.inspectRows(file, encoding) }));
  };
  const isRefused = error !== null;
  const unsure = isRefused ? last : opened && opened.found.encoding !== null ? opened.file : null;
  return (
    <fieldset className="sum-panel">
      <legend className="group-label">Predict a file</legend>
      <div className="imported-actions file-line">
        <FileButton label="File to predict" accept={tableExtensions.join(",")} onFile={(file) => open(file)}>
          <FileInput size={16} aria-hidden="true" /> Choose a file…
        </FileButton>
        {opened && (
          <span>
            <strong>{opened.found.file}</strong> <span className="muted">{formatPlural(opened.found.rows, "row")}</span>
          </span>
        )}
      </div>
      {unsure && (
        <Suspense fallback={null}>
          <EncodingChoice
            key={`${unsure.name} ${unsure.lastModified} ${isRefused ? "" : opened?.found.encoding}`}
            file={unsure}
            chosen={isRefused ? null : (opened?.found.encoding ?? null)}
            onChoose={(encoding) => open(unsure, encoding)}
          />
        </Suspense>
      )}
      {opened ? (
        <Choices
          key={`${opened.file.name} ${opened.file.lastModified} ${opened.found.rows} ${opened.encoding}`}
          {...opened}
          runs={runs}
        />
      ) : (
        <p className="field-help">
          A table of texts, in any of the kinds of files that you can train on. One run answers every row, or a column
          says which. Where a column has the right answers, all runs are scored on those rows.
        </p>
      )}
      {error !== null && <Message kind="error">{error}</Message>}
    </fieldset>
  );
}

interface Scored {
  /** The columns of the right answers. */
  by: ColumnRoles;
  scores: FileScores;
}

const NONE = "";

function Choices({ file, encoding, found, runs }: OpenFile & { runs: readonly string[] }) {
  const id = useId();
  const [columns, setColumns] = useState<ColumnRoles>(found.chosen);
  const [answers, setAnswers] = useState<ColumnRoles | null>(found.answers);
  const [how, setHow] = useState<"one" | "column">("one");
  const [chosen, setChosen] = useState(runs[0]!);
  const [column, setColumn] = useState(() => likelyColumn(found, runs));
  const [given, setGiven] = useState<Record<string, string>>({});
  const { answer: last, waiting: predicting, error, ask } = useQuestion<Answer>();
  const { answer: scored, waiting: scoring, error: unscored, ask: askScores } = useQuestion<Scored | null>();
  const formulas = useStudio((state) => state.ui.formulas);
  const working = predicting || scoring;
  const answer = working || error !== null ? null : last;
  const values = found.values.find((one) => one.column === column)?.values ?? [];
  // A value may be called like what every object has: only what was chosen for it counts.
  const runOf = (value: string) => (Object.hasOwn(given, value) ? given[value]! : (namedLike(value, runs) ?? NONE));
  const mapped = Object.fromEntries(values.map(({ value }) => [value, runOf(value)]).filter(([, run]) => run !== NONE));
  const run = runs.includes(chosen) ? chosen : runs[0]!;
  const complete = how === "one" || (values.length > 0 && values.every(({ value }) => runOf(value) !== NONE));
  // Of another column they would be another answer.
  const scores = !working && unscored === null && scored?.by === answers ? scored.scores : null;
  const predict = () => {
    const choice = how === "one" ? { run } : { column, runs: mapped };
    ask((studio) => studio.predictRows(file, columns, choice, formulas, encoding));
    askScores(async (studio) => {
      if (!answers) return null;
      return { by: answers, scores: await studio.scoreRows(file, { ...columns, ...answers }, encoding) };
    });
  };
  const choices = (names: readonly string[]) => names.map((name) => ({ value: name, label: name }));
  return (
    <>
      <div className="field-grid">
        {found.roles.map(({ role, title, kind }) => (
          <SelectField
            key={role}
            label={title}
            value={String(columns[role] ?? NONE)}
            choices={[...(kind === "optional" ? [{ value: NONE, label: "none" }] : []), ...choices(found.columns)]}
            onChange={(value) => setColumns({ ...columns, [role]: value === NONE ? null : value })}
          />
        ))}
        <AnswerColumns found={found} value={answers} onChange={setAnswers} />
      </div>
      <div className="imported-actions">
        <Segmented
          label="Which run answers"
          value={how}
          choices={[
            { value: "one", label: "One run for all rows" },
            { value: "column", label: "Run by column" },
          ]}
          onChange={setHow}
        />
      </div>
      <div className="field-grid">
        {how === "one" ? (
          <SelectField label="Run" value={run} choices={choices(runs)} onChange={setChosen} />
        ) : (
          <SelectField
            label="Column"
            value={column}
            choices={choices(found.values.map((one) => one.column))}
            onChange={setColumn}
          />
        )}
      </div>
      {how === "column" && (
        <fieldset className="field-grid value-runs">
          <legend className="visually-hidden">Runs for the column's values</legend>
          {values.map(({ value, rows }) => (
            <SelectField
              key={value}
              label={`${value === "" ? "(empty)" : value} · ${formatPlural(rows, "row")}`}
              value={runOf(value)}
              choices={[{ value: NONE, label: "choose a run" }, ...choices(runs)]}
              onChange={(name) => setGiven({ ...given, [value]: name })}
            />
          ))}
        </fieldset>
      )}
      <div className="field">
        <label className="check">
          <input
            type="checkbox"
            className="checkbox"
            checked={formulas === "asTheyAre"}
            aria-describedby={`${id}-formulas`}
            onChange={(event) => patch("ui", { formulas: event.target.checked ? "asTheyAre" : "text" })}
          />
          {FORMULAS_LABEL}
        </label>
        <p className="field-help" id={`${id}-formulas`}>
          {FORMULAS_HELP}
        </p>
      </div>
      <div className="imported-actions">
        <button type="button" className="button" disabled={working || !complete} onClick={predict}>
          {predicting ? "Predicting…" : scoring ? "Scoring…" : `Predict ${formatPlural(found.rows, "row")}`}
        </button>
        {answer && (
          <button
            type="button"
            className="button"
            onClick={() => download(answer.csv, `${stem(answer.file)}-predictions.csv`, "text/csv")}
          >
            <Download size={16} aria-hidden="true" /> Download predictions
          </button>
        )}
      </div>
      <output className="field-help">{sentenceOf(answer, how === "column")}</output>
      {answer?.notices.map((notice) => (
        <Message key={notice} kind="info">
          {notice}
        </Message>
      ))}
      {error !== null && <Message kind="error">{error}</Message>}
      {unscored !== null && <Message kind="error">{unscored}</Message>}
      {scores && <ScorePanel scores={scores} />}
    </>
  );
}

function sentenceOf(answer: Answer | null, byColumn: boolean): string {
  if (answer)
    return `Answered: ${answer.runs.map(({ run, rows }) => `${run}, ${formatPlural(rows, "row")}`).join("; ")}.`;
  return byColumn
    ? "Each row is answered by the run of its value; all of them compute with the one copy of the base model that is open."
    : "The file comes back with a run, a prediction and, for classes, its probability added to every row.";
}

/**
 * The column of which most values are names of runs; else the one with the fewest values above one.
 */
function likelyColumn({ values }: FileToPredict, runs: readonly string[]): string {
  const score = (one: FileToPredict["values"][number]) => {
    const named = one.values.filter(({ value }) => namedLike(value, runs) !== null).length;
    return named > 0 ? 1000 * named - one.values.length : one.values.length > 1 ? -one.values.length : -1000;
  };
  return values.toSorted((a, b) => score(b) - score(a))[0]?.column ?? NONE;
}

/** The run of that name, whatever its case. */
function namedLike(value: string, runs: readonly string[]): string | null {
  return runs.find((run) => run.toLowerCase() === value.toLowerCase()) ?? null;
}

const stem = (file: string) => file.replace(/\.[^.]*$/, "");
