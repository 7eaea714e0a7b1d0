/** Step 1: which data, which columns, what is held out. */

import { lazy, Suspense } from "react";
import { setData } from "../actions/data";
import { toggleStep } from "../actions/ui";
import { ProgressLine } from "../compare/ProgressLine";
import { NumberField } from "../fields/NumberField";
import { Message } from "../layout/Message";
import { Step } from "../layout/Step";
import { formatCount } from "../numbers";
import { isBusy, useStudio } from "../store/store";
import { shownWait } from "../store/waits";
import { AwaitedFiles } from "./AwaitedFiles";
import { ChangedRows } from "./ChangedRows";
import { ColumnRoleFields } from "./ColumnRoleFields";
import { DropZone } from "./DropZone";
import { dataInOneLine } from "./data-in-one-line";
import { warningsInWords } from "./data-warnings";
import { HubDataset } from "./HubDataset";
import { LabelErrorsPanel } from "./LabelErrorsPanel";
import { LabelList } from "./LabelList";
import { LabelNames } from "./LabelNames";
import { NumberHistogram } from "./NumberHistogram";
import { OwnEncoding } from "./OwnEncoding";
import { PartsFields } from "./PartsFields";
import { PreviewTable } from "./PreviewTable";
import { RememberFiles } from "./RememberFiles";
import { Samples } from "./Samples";
import { TaggedRows } from "./TaggedRows";
import { TaskSentence } from "./TaskSentence";
import { TokenStrips } from "./TokenStrips";
import { VocabularyTable } from "./VocabularyTable";

const DataCheckBox = lazy(() => import("./DataCheckBox"));
const RowSelection = lazy(() => import("./RowSelection"));
const Transforms = lazy(() => import("./Transforms"));
const WeightRules = lazy(() => import("./WeightRules"));
const LengthHistogram = lazy(() => import("./LengthHistogram"));

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
  const found = warningsInWords(data.check);
  return (
    <Step
      number={1}
      title="Data"
      summary={
        <>
          {dataInOneLine(data)}
          {found !== null && <span className="data-found"> · {found}</span>}
        </>
      }
      done={summary !== null}
      open={open}
      onToggle={() => toggleStep("data")}
    >
      {busy && <p className="field-help">Locked while the comparison runs.</p>}
      <fieldset className="plain-fieldset" disabled={busy}>
        <legend className="visually-hidden">Data</legend>
        <AwaitedFiles />
        <DropZone />
        {opening && !reading && <p className="waiting">Opening {opening}…</p>}
        {opening && reading && <ProgressLine />}
        {error?.place === "train" && (
          <Message kind="error">
            {error.message}
            {summary && ` ${summary.train.file} stays open.`}
          </Message>
        )}
        <OwnEncoding part="train" />
        <RememberFiles />
        <HubDataset />
        <Samples />
        {summary && (
          <fieldset className="plain-fieldset" disabled={opening !== null}>
            <PreviewTable summary={summary} />
            <ColumnRoleFields summary={summary} />
            {error?.place === "columns" && <Message kind="error">{error.message}</Message>}
            {summary.problem !== null && <Message kind="error">{summary.problem}</Message>}
            {summary.notices.map((notice) => (
              <Message key={notice} kind="info">
                {notice}
              </Message>
            ))}
            <Suspense fallback={null}>
              <DataCheckBox summary={summary} />
            </Suspense>
            {summary.labels.length > 0 && <LabelList summary={summary} />}
            <LabelNames key={`${summary.train.file} ${summary.train.bytes}`} summary={summary} />
            {summary.problem === null && <TaskSentence summary={summary} />}
            {(summary.answer === "label" || summary.answer === "labels") && summary.problem === null && (
              <LabelErrorsPanel
                key={`${summary.train.file} ${summary.train.bytes} ${summary.settings.task}`}
                summary={summary}
              />
            )}
            <ChangedRows summary={summary} />
            <Suspense fallback={null}>
              <Transforms summary={summary} />
              <WeightRules summary={summary} />
              {summary.problem === null && <RowSelection summary={summary} />}
            </Suspense>
            <TokenStrips summary={summary} />
            <TaggedRows summary={summary} />
            <NumberHistogram summary={summary} />
            <PartsFields summary={summary} />
            {(error?.place === "validation" || error?.place === "test") && (
              <Message kind="error">{error.message}</Message>
            )}
            <OwnEncoding part="validation" />
            <OwnEncoding part="test" />
            <Suspense fallback={null}>
              <LengthHistogram summary={summary} context={context} />
            </Suspense>
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
          </fieldset>
        )}
      </fieldset>
    </Step>
  );
}
