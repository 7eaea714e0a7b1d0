/**
 * One chosen run: its name, what it trains and needs, and, opened, its options and what its method
 * is.
 */

import { Copy, SlidersHorizontal, Trash2 } from "lucide-react";
import { useId, useMemo, useState } from "react";
import type { MethodDescription } from "../../worker/api";
import { changeRun, duplicateRun, markRun, removeRun, renameRun } from "../actions/drafts";
import { RunSwatch } from "../charts/RunSwatch";
import { Field } from "../fields/Field";
import { NumberField } from "../fields/NumberField";
import { formatSetting } from "../numbers";
import { rateWithoutOwn } from "../store/configuration";
import { isInUse, optionFields } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { ChosenModules } from "./ChosenModules";
import { EqualityPanel } from "./EqualityPanel";
import { EstimateLine } from "./EstimateLine";
import { LayerFields } from "./LayerFields";
import { MethodCard } from "./MethodCard";
import { OptionsForm } from "./OptionsForm";
import { RateSearchField } from "./RateSearchField";
import { RunInspection } from "./RunInspection";
import { SemanticPassLine } from "./SemanticPassLine";
import { SizeMatchField } from "./SizeMatchField";
import "./RunCard.css";

interface RunCardProps {
  run: DraftRun;
  method: MethodDescription;
}

export function RunCard({ run, method }: RunCardProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [proofs, setProofs] = useState(0);
  const fields = useMemo(() => optionFields(method.optionsSchema), [method.optionsSchema]);
  const used = fields.filter((field) => isInUse(field, run.options));
  const text = used.find((field) => field.kind === "semantic-text" || field.kind === "examples");
  const readsText = useStudio(
    (state) => state.methods.estimate?.runs.find((entry) => entry.run === run.name)?.readsText ?? false,
  );
  const written = text ? run.options[text.key] : undefined;
  return (
    <li className="run-card" aria-label={run.name}>
      <div className="run-card-heading">
        <RunSwatch slot={run.slot} />
        <strong className="run-card-name">{run.name}</strong>
        <button
          type="button"
          className="icon-button"
          aria-expanded={open}
          aria-controls={`${id}-options`}
          aria-label={`Options of ${run.name}`}
          title="Options"
          onClick={() => setOpen(!open)}
        >
          <SlidersHorizontal size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Add a copy of ${run.name}`}
          title="Add a copy"
          onClick={() => duplicateRun(run.id)}
        >
          <Copy size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove ${run.name}`}
          title="Remove"
          onClick={() => removeRun(run.id)}
        >
          <Trash2 size={16} aria-hidden="true" />
        </button>
      </div>
      <p className="run-card-line muted">{run.name === method.title ? method.summary : method.title}</p>
      {typeof written === "string" && !open && <p className="run-card-line run-card-text">“{written}”</p>}
      {run.initFrom !== undefined && <p className="run-card-line muted">{startedFrom(run.initFrom)}</p>}
      <EstimateLine run={run} />
      <div id={`${id}-options`} hidden={!open}>
        {open && (
          <div className="run-card-options">
            <div className="field-grid">
              <NameField run={run} />
              {method.learningRate !== null && <LearningRateField run={run} method={method} />}
              {run.weightDecay !== undefined && <WeightDecayField run={run} />}
            </div>
            <RateSearchField run={run} method={method} />
            <SizeMatchField run={run} method={method} fields={used} />
            <LayerFields run={run} />
            <ChosenModules run={run} />
            <OptionsForm run={run} fields={used} />
            {readsText && typeof written === "string" && <SemanticPassLine text={written} occasion={proofs} />}
            <RunInspection run={run} />
            <EqualityPanel run={run} onProved={() => setProofs(proofs + 1)} />
            <MethodCard method={method} />
          </div>
        )}
      </div>
    </li>
  );
}

/** `imported:FILE#SHA-256`, or a folder that a configuration names. */
function startedFrom(initFrom: string): string {
  const [, file, sha256] = /^imported:(.*)#(\w*)$/.exec(initFrom) ?? [];
  return file === undefined ? `Starts from ${initFrom}.` : `Starts from ${file}${sha256 && ` (SHA-256 ${sha256}…)`}.`;
}

function NameField({ run }: { run: DraftRun }) {
  const [name, setName] = useState(run.name);
  return (
    <Field label="Name" help="In charts and files.">
      {(input) => (
        <input
          {...input}
          className="input"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => {
            if (name.trim() === "") setName(run.name);
            else if (name !== run.name) renameRun(run.id, name);
          }}
        />
      )}
    </Field>
  );
}

function LearningRateField({ run, method }: RunCardProps) {
  const training = useStudio((state) => state.training.settings);
  if (!training) return null;
  const fallback = rateWithoutOwn(training, method);
  const asHeads = method.headOnly && training.headLearningRate !== "adapter";
  const source = asHeads ? "the rate of all heads" : training.learningRate ? "as set for all" : "the method's own";
  return (
    <NumberField
      label="Learning rate"
      help={`Empty: ${formatSetting(fallback)}, ${source}.`}
      value={run.learningRate === "search" ? null : run.learningRate}
      placeholder={run.learningRate === "search" ? "searched before training" : formatSetting(fallback)}
      optional
      above={0}
      onChange={(learningRate) => changeRun(run.id, { learningRate })}
      onProblem={(problem) => markRun(run.id, "learning rate", problem)}
    />
  );
}

/** Shown where a configuration gives a run one of its own. */
function WeightDecayField({ run }: { run: DraftRun }) {
  const shared = useStudio((state) => state.training.settings?.weightDecay);
  return (
    <NumberField
      label="Weight decay"
      help={`Of this run's adapter. Empty: ${shared}, as set for all.`}
      value={run.weightDecay ?? null}
      placeholder={String(shared)}
      optional
      min={0}
      onChange={(weightDecay) => changeRun(run.id, { weightDecay: weightDecay ?? undefined })}
      onProblem={(problem) => markRun(run.id, "weight decay", problem)}
    />
  );
}
