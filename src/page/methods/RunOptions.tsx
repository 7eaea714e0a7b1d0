/**
 * The options of a run, opened on its card: the few that most people set, a sweep, all others
 * folded, and what its method is.
 */

import { useState } from "react";
import { LONGEST_NAME, runNameProblem } from "../../plan/run-name";
import type { MethodDescription } from "../../worker/api";
import { changeRun, markRun, renameRun } from "../actions/drafts";
import { Field } from "../fields/Field";
import { NumberField } from "../fields/NumberField";
import { MethodCard } from "../method-cards/MethodCard";
import { formatSetting } from "../numbers";
import { rateWithoutOwn } from "../store/configuration";
import type { OptionField } from "../store/option-fields";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { ChosenModules } from "./ChosenModules";
import { EqualityPanel } from "./EqualityPanel";
import { LayerFields } from "./LayerFields";
import { OptionsForm } from "./OptionsForm";
import { PruningFields } from "./PruningFields";
import { RateSearchField } from "./RateSearchField";
import { RunInspection } from "./RunInspection";
import { SemanticPassLine } from "./SemanticPassLine";
import { SizeMatchField } from "./SizeMatchField";
import { SweepField } from "./SweepField";

interface RunOptionsProps {
  run: DraftRun;
  method: MethodDescription;
  /** In use. */
  fields: readonly OptionField[];
}

export default function RunOptions({ run, method, fields }: RunOptionsProps) {
  const [proofs, setProofs] = useState(0);
  const readsText = useStudio((state) => estimateOf(state.methods, run)?.readsText ?? false);
  const text = fields.find(({ kind }) => kind === "semantic-text" || kind === "examples");
  const written = text ? run.options[text.key] : undefined;
  const isMain = ({ key }: OptionField) => method.mainOptions.includes(key);
  const others = fields.filter((field) => !isMain(field));
  // A field that holds something unusable is not folded away.
  const marked = others.some(({ key }) => run.problems[key] !== undefined);
  return (
    <div className="run-card-options">
      <div className="field-grid">
        <NameField run={run} />
        {method.learningRate !== null && <LearningRateField run={run} method={method} />}
      </div>
      <RateSearchField run={run} method={method} />
      <OptionsForm run={run} fields={fields.filter(isMain)} />
      <SweepField run={run} method={method} fields={fields} />
      <details open={marked || undefined}>
        <summary>All options</summary>
        <div className="run-card-more">
          {run.weightDecay !== undefined && <WeightDecayField run={run} />}
          <OptionsForm run={run} fields={others} />
          {!run.sweep && <SizeMatchField run={run} method={method} fields={fields} />}
          <LayerFields run={run} />
          {method.learningRate !== null && <PruningFields run={run} />}
          <ChosenModules run={run} />
        </div>
      </details>
      {readsText && typeof written === "string" && <SemanticPassLine text={written} occasion={proofs} />}
      <RunInspection run={run} />
      {!run.sweep && <EqualityPanel run={run} onProved={() => setProofs(proofs + 1)} />}
      <MethodCard method={method} run={run} />
    </div>
  );
}

function NameField({ run }: { run: DraftRun }) {
  const [name, setName] = useState(run.name);
  const problem = name.trim() === "" ? null : runNameProblem(name);
  return (
    <Field label="Name" help="In charts and files." problem={problem && `A name ${problem}.`}>
      {(input) => (
        <input
          {...input}
          className="input"
          maxLength={LONGEST_NAME}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => {
            if (name.trim() === "") setName(run.name);
            else if (problem === null && name !== run.name) renameRun(run.id, name);
          }}
        />
      )}
    </Field>
  );
}

function LearningRateField({ run, method }: Pick<RunOptionsProps, "run" | "method">) {
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
