/** Step 1: which data, which columns, what is held out. */

import { splitsOf } from "../../data/splits";
import type { DataSummary } from "../../worker/api";
import { setData } from "../actions/data";
import { toggleStep } from "../actions/ui";
import { ProgressLine } from "../compare/ProgressLine";
import { NumberField } from "../fields/NumberField";
import { Message } from "../layout/Message";
import { Step } from "../layout/Step";
import { formatCount, formatPercent, formatPlural } from "../numbers";
import type { DataSlice } from "../store/state";
import { isBusy, useStudio } from "../store/store";
import { shownWait } from "../store/waits";
import { ChangedRows } from "./ChangedRows";
import { ColumnRoleFields } from "./ColumnRoleFields";
import { DropZone } from "./DropZone";
import { HubDataset } from "./HubDataset";
import { LabelErrorsPanel } from "./LabelErrorsPanel";
import { LabelList } from "./LabelList";
import { LengthHistogram } from "./LengthHistogram";
import { NumberHistogram } from "./NumberHistogram";
import { PartsFields } from "./PartsFields";
import { PreviewTable } from "./PreviewTable";
import { Samples } from "./Samples";
import { TaggedRows } from "./TaggedRows";
import { TokenStrips } from "./TokenStrips";
import { VocabularyTable } from "./VocabularyTable";

export function DataPanel() {
  const data = useStudio((state) => state.data);
  const open = useStudio((state) => state.ui.open.data);
  const context = useStudio((state) => state.model.summary?.contextLength);
  const reading = useStudio((state) => {
    const wait = shownWait(state)?.event.wait;
    return wait === "downloading data" || wait === "reading data" || wait === "tokenising";
  });
  const busy = useStudio(isBusy);
  const { summary, opening, error } = data;
  return (
    <Step
      number={1}
      title="Data"
      summary={inOneLine(data)}
      done={summary !== null}
      open={open}
      onToggle={() => toggleStep("data")}
    >
      {busy && <p className="field-help">Locked while the comparison runs.</p>}
      <fieldset className="plain-fieldset" disabled={busy}>
        <legend className="visually-hidden">Data</legend>
        <DropZone />
        {opening && !reading && <p className="waiting">Opening {opening}…</p>}
        {opening && reading && <ProgressLine />}
        {error?.place === "train" && (
          <Message kind="error">
            {error.message}
            {summary && ` ${summary.train.file} stays open.`}
          </Message>
        )}
        <HubDataset />
        <Samples />
        {summary && (
          <>
            <PreviewTable summary={summary} />
            <ColumnRoleFields summary={summary} />
            {error?.place === "columns" && <Message kind="error">{error.message}</Message>}
            {summary.problem !== null && <Message kind="error">{summary.problem}</Message>}
            {summary.labels.length > 0 && <LabelList summary={summary} />}
            {(summary.answer === "label" || summary.answer === "labels") && summary.problem === null && (
              <LabelErrorsPanel
                key={`${summary.train.file} ${summary.train.bytes} ${summary.settings.task}`}
                summary={summary}
              />
            )}
            <ChangedRows summary={summary} />
            <TokenStrips summary={summary} />
            <TaggedRows summary={summary} />
            <NumberHistogram summary={summary} />
            <PartsFields summary={summary} />
            {(error?.place === "validation" || error?.place === "test") && (
              <Message kind="error">{error.message}</Message>
            )}
            <LengthHistogram summary={summary} />
            <VocabularyTable summary={summary} />
            <div className="field-inline">
              <NumberField
                label="Longest text, in tokens"
                help={
                  context
                    ? `Longer texts are cut. The model reads ${formatCount(context)} tokens, the semantic text included.`
                    : "Longer texts are cut."
                }
                value={summary.settings.maxLength}
                onLeave
                integer
                min={1}
                max={context}
                onChange={(maxLength) => maxLength !== null && void setData({ maxLength }, "settings")}
              />
            </div>
            {error?.place === "settings" && <Message kind="error">{error.message}</Message>}
            {summary.truncated > 0 && summary.answer !== "text" && (
              <Message kind="info">
                {formatPlural(summary.truncated, "text")} of {formatCount(rowsOf(summary))} (
                {formatPercent(summary.truncated / rowsOf(summary))}) will be cut to{" "}
                {formatPlural(summary.settings.maxLength, "token")}; the longest has {formatCount(summary.longest)}.
              </Message>
            )}
            {summary.notices.map((notice) => (
              <Message key={notice} kind="info">
                {notice}
              </Message>
            ))}
          </>
        )}
      </fieldset>
    </Step>
  );
}

const rowsOf = ({ trainRows, validationRows, testRows }: DataSummary) => trainRows + validationRows + testRows;

/** What is kept from training: `10 % held out`, `10 % for validation, 5 folds`. */
function heldInWords({ validation, test, settings }: DataSummary): string {
  const percent = (fraction: number) => formatPercent(fraction, 0);
  const plan = settings.test ?? null;
  const splits = splitsOf(plan);
  if (!validation && !test && plan === null) return `${percent(settings.validationFraction)} held out`;
  const watched = `${validation?.file ?? percent(settings.validationFraction)} for validation`;
  if (test) return `${watched}, ${test.file} for the test`;
  if (splits) return `${watched}, ${formatPlural(splits.count, splits.noun)}`;
  return typeof plan === "number" ? `${watched}, ${percent(plan)} for the test` : watched;
}

function inOneLine({ summary, sample, opening, error }: DataSlice): string {
  if (opening) return `Opening ${opening}…`;
  if (!summary) return error ? "No data is open." : "Drop a file or pick a sample.";
  const name = sample ? sample.title : summary.train.file;
  const rows = formatPlural(summary.train.rows, "row");
  if (summary.problem !== null) return `${name} · ${rows} · columns to be chosen`;
  const noun = summary.answer === "tags" ? "tag" : "label";
  const said = summary.labels.length > 0 ? [formatPlural(summary.labels.length, noun)] : [];
  const changed = summary.changed.length > 0 ? [`${formatPlural(summary.changed.length, "row")} changed`] : [];
  return [name, rows, ...changed, ...said, heldInWords(summary)].join(" · ");
}
