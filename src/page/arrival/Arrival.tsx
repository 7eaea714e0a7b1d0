/**
 * What a visitor sees until something has been compared: the question, data to drop or to choose,
 * and the button that answers it.
 */

import { FileUp, TriangleAlert } from "lucide-react";
import { useId } from "react";
import { budgets } from "../../plan/budgets";
import { openSample } from "../actions/data";
import { changeTraining } from "../actions/drafts";
import { showStep } from "../actions/ui";
import { CompareBar } from "../compare/CompareBar";
import { dataInOneLine } from "../data/data-in-one-line";
import { warningsOf } from "../data/data-warnings";
import { useTrainingDrop } from "../data/use-training-drop";
import { ComparisonMenu } from "../export/ComparisonMenu";
import { Explained } from "../glossary/Term";
import { formatAbout, formatPlural } from "../numbers";
import { expectedSeconds } from "../store/expected-time";
import { useStudio } from "../store/store";
import "./Arrival.css";

/** Samples that are offered at once; the others are in step 1. */
const OFFERED = 3;
/** Warnings of the data's check that are said at once. */
const TOLD = 2;
/** Seconds from which on less is offered. */
const LONG = 120;

export function Arrival() {
  const heading = useId();
  return (
    <section className="panel arrival" aria-labelledby={heading}>
      <div className="arrival-heading">
        <h2 id={heading}>Which way of tuning learns your task best?</h2>
        <div className="toolbar-menu">
          <ComparisonMenu />
        </div>
      </div>
      <div className="arrival-data">
        <DropYours />
        <OfferedSamples />
      </div>
      <OpenData />
      <FoundInData />
      <ChosenMethods />
      <CompareBar />
      <QuickLook />
      <StaysHere />
    </section>
  );
}

function DropYours() {
  const { getRootProps, getInputProps, isDragActive, open } = useTrainingDrop();
  return (
    <div {...getRootProps({ className: isDragActive ? "arrival-drop arrival-drop-active" : "arrival-drop" })}>
      <FileUp size={28} aria-hidden="true" />
      <strong>{isDragActive ? "Drop to open" : "Drop a table here"}</strong>
      <span className="field-help">CSV, JSON, Excel or Parquet. Columns are found by themselves.</span>
      <button type="button" className="button" onClick={open}>
        Choose a file…
      </button>
      <input {...getInputProps({ "aria-label": "Your table", tabIndex: -1 })} />
    </div>
  );
}

function OfferedSamples() {
  const name = useId();
  const { samples, sample, opening } = useStudio((state) => state.data);
  if (samples.length === 0) return null;
  return (
    <fieldset className="arrival-samples" disabled={opening !== null}>
      <legend>or see it on a sample</legend>
      {samples.slice(0, OFFERED).map(({ id, title, rows }) => (
        <label key={id}>
          <input type="radio" name={name} checked={sample?.id === id} onChange={() => void openSample(id)} /> {title}{" "}
          <span className="muted">{formatPlural(rows, "row")}</span>
        </label>
      ))}
      <button type="button" className="text-button" onClick={() => showStep("data")}>
        {samples.length - OFFERED} more: pairs, tags, numbers, several labels, texts to write
      </button>
    </fieldset>
  );
}

function StaysHere() {
  const kept = useStudio((state) => state.offline.kept);
  return (
    <p className="field-help">
      Everything is computed in this page: your data is sent nowhere.
      {kept && " The studio is kept in this browser and opens without a network too."}
    </p>
  );
}

/** What is open, where it is none of the offered samples. */
function OpenData() {
  const data = useStudio((state) => state.data);
  const isOffered = data.samples.slice(0, OFFERED).some(({ id }) => id === data.sample?.id);
  if (isOffered && data.opening === null && data.error === null) return null;
  return (
    <p className="arrival-line">
      {data.error?.place === "train" ? (
        <span className="field-problem">{data.error.message}</span>
      ) : (
        dataInOneLine(data)
      )}{" "}
      <button type="button" className="text-button" onClick={() => showStep("data")}>
        look at it
      </button>
    </p>
  );
}

/** What the check found that is worth a look before comparing. */
function FoundInData() {
  const warnings = warningsOf(useStudio((state) => state.data.check));
  if (warnings.length === 0) return null;
  const more = warnings.length - TOLD;
  return (
    <div className="arrival-found">
      <ul>
        {warnings.slice(0, TOLD).map(({ id, said }) => (
          <li key={id}>
            <TriangleAlert size={16} aria-hidden="true" /> {said}
          </li>
        ))}
      </ul>
      <button type="button" className="text-button" onClick={() => showStep("data")}>
        {more > 0 ? `${formatPlural(more, "more thing")} to look at` : "look at the rows"}
      </button>
    </div>
  );
}

/** For example `SK-Prefix · LoRA · and two controls that they must beat`. */
function ChosenMethods() {
  const { runs, descriptions } = useStudio((state) => state.methods);
  const isControl = (method: string) => descriptions.find(({ id }) => id === method)?.group === "control";
  const methods = runs.filter(({ method }) => !isControl(method)).map(({ name }) => name);
  const controls = runs.length - methods.length;
  const told = controls === 0 ? [] : [`${formatPlural(controls, "control")} that they must beat`];
  return (
    <p className="arrival-line">
      <Explained>{[...methods, ...told].join(" · ") || "No method is chosen."}</Explained>{" "}
      <button type="button" className="text-button" onClick={() => showStep("methods")}>
        change
      </button>
    </p>
  );
}

/** Offered where what is chosen takes long here. */
function QuickLook() {
  const [quick] = budgets;
  const chosen = useStudio(expectedSeconds);
  const seconds = useStudio((state) => expectedSeconds(state, quick?.settings));
  if (!quick || chosen === null || seconds === null || chosen < LONG || seconds > chosen / 2) return null;
  const { steps, evalRows } = quick.settings;
  return (
    <p className="arrival-line">
      <button type="button" className="text-button" onClick={() => changeTraining(quick.settings)}>
        {quick.title}
      </button>
      : {steps} steps, {evalRows} rows measured meanwhile, {formatAbout(seconds)}
    </p>
  );
}
