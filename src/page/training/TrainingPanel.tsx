/** Step 3: what all runs share in training. */

import { Search } from "lucide-react";
import { useState } from "react";
import type { TrainingConfiguration } from "../../plan/configuration";
import { changeTraining, findRates, markTraining } from "../actions/drafts";
import { toggleStep } from "../actions/ui";
import { whyNot } from "../compare/obstacle";
import { Field } from "../fields/Field";
import { NumberField } from "../fields/NumberField";
import { Segmented } from "../fields/Segmented";
import { SelectField } from "../fields/SelectField";
import { Message } from "../layout/Message";
import { Step } from "../layout/Step";
import { formatCount, formatPercent, formatPlural, formatSetting } from "../numbers";
import { currentConfiguration } from "../store/configuration";
import { isBusy, useStudio } from "../store/store";
import { BudgetChoices } from "./BudgetChoices";
import { CalibrateField } from "./CalibrateField";
import { ClassWeightsField } from "./ClassWeightsField";
import { MetricField } from "./MetricField";
import { NoiseFields } from "./NoiseFields";
import { PoolingField } from "./PoolingField";
import { SettingGroup } from "./SettingGroup";
import "./TrainingPanel.css";

const schedules = [
  { value: "linear", label: "Linear to zero" },
  { value: "cosine", label: "Cosine to zero" },
  { value: "constant", label: "Constant" },
] as const;

const sweeps: readonly (readonly number[])[] = [[1], [0.3, 1, 3], [0.1, 0.3, 1, 3, 10]];

/** The usual sweeps, and the present one where it is another (from a configuration file). */
function sweepChoices(present: readonly number[]) {
  const known = sweeps.map((factors) => JSON.stringify(factors));
  const shown = known.includes(JSON.stringify(present)) ? sweeps : [...sweeps, present];
  return shown.map((factors) => ({
    value: JSON.stringify(factors),
    label: factors.length === 1 && factors[0] === 1 ? "one for each run" : factors.map((f) => `× ${f}`).join(", "),
  }));
}

export function TrainingPanel() {
  const { settings, problems } = useStudio((state) => state.training);
  const open = useStudio((state) => state.ui.open.training);
  const busy = useStudio(isBusy);
  const weighed = useStudio((state) => (currentConfiguration(state)?.training.classWeights ?? "off") !== "off");
  const calibrated = useStudio((state) => currentConfiguration(state)?.training.calibrate === true);
  return (
    <Step
      number={3}
      title="Training"
      summary={settings ? inOneLine(settings, { weighed, calibrated }) : ""}
      done={Object.keys(problems).length === 0}
      open={open}
      onToggle={() => toggleStep("training")}
    >
      {busy && <p className="field-help">Changes apply to the next comparison.</p>}
      {settings && <Settings settings={settings} />}
    </Step>
  );
}

interface GroupProps {
  settings: TrainingConfiguration;
}

function Settings({ settings }: GroupProps) {
  return (
    <>
      <BudgetChoices settings={settings} />
      <Length settings={settings} />
      <div className="field-grid">
        <NumberField
          label="Batch size"
          help="Rows a step, the same for every run."
          value={settings.batchSize}
          integer
          min={1}
          max={1024}
          onChange={(batchSize) => batchSize !== null && changeTraining({ batchSize })}
          onProblem={(problem) => markTraining("Batch size", problem)}
        />
        <NumberField
          label="Learning rate for all"
          help="Of the adapters. Empty: each method's own, raised for narrow models."
          value={settings.learningRate === "search" ? null : (settings.learningRate ?? null)}
          placeholder={settings.learningRate === "search" ? "searched before training" : "each method's own"}
          optional
          above={0}
          onChange={(learningRate) => changeTraining({ learningRate: learningRate ?? undefined })}
          onProblem={(problem) => markTraining("Learning rate", problem)}
        />
        <NumberField
          label="Evaluate every"
          help="Steps between evaluations."
          value={settings.evalEvery}
          integer
          min={1}
          onChange={(evalEvery) => evalEvery !== null && changeTraining({ evalEvery })}
          onProblem={(problem) => markTraining("Evaluate every", problem)}
        />
        <NumberField
          label="Rows measured meanwhile"
          help="Of the validation rows, while training; all are measured in the end. Empty: all, every time."
          value={settings.evalRows ?? null}
          placeholder="all"
          optional
          integer
          min={1}
          onChange={(evalRows) => changeTraining({ evalRows: evalRows ?? undefined })}
          onProblem={(problem) => markTraining("Rows measured meanwhile", problem)}
        />
        <NumberField
          label="Seeds per run"
          help="Each run is trained once for each; charts show mean and spread."
          value={settings.seeds}
          integer
          min={1}
          max={10}
          onChange={(seeds) => seeds !== null && changeTraining({ seeds })}
          onProblem={(problem) => markTraining("Seeds per run", problem)}
        />
      </div>
      <FindRates />
      <MetricField />
      <ClassWeightsField />
      <CalibrateField />
      <ScheduleGroup settings={settings} />
      <OptimiserGroup settings={settings} />
      <EndGroup settings={settings} />
      <RowsGroup settings={settings} />
      <NoiseFields />
    </>
  );
}

/** Searches the rates of all runs. */
function FindRates() {
  const busy = useStudio(isBusy);
  const obstacle = useStudio(whyNot);
  const searchError = useStudio((state) => state.methods.searchError);
  return (
    <div className="find-rates">
      <button
        type="button"
        className="button button-small"
        disabled={busy || obstacle !== null}
        onClick={() => void findRates()}
      >
        <Search size={14} aria-hidden="true" /> Find the best rates
      </button>
      <span className="field-help">
        Tries seven rates for every adapter, each with the same budget, on a fifth of the training rows that it holds
        out: about eight times as long as comparing.
      </span>
      {searchError !== null && <Message kind="error">{searchError}</Message>}
    </div>
  );
}

function ScheduleGroup({ settings }: GroupProps) {
  const { schedule, warmupRatio, leastWarmupSteps, headLearningRate, learningRateFactors: factors } = settings;
  const tried = factors.length > 1 ? `, ${factors.length} rates each` : "";
  const head =
    headLearningRate === "adapter" ? "heads as their adapters" : `heads at ${formatSetting(headLearningRate)}`;
  const warmup = `${formatPercent(warmupRatio, 0)} warm-up${leastWarmupSteps > 0 ? `, at least ${leastWarmupSteps} steps` : ""}`;
  return (
    <SettingGroup title="Learning rate" summary={`${schedule}, ${warmup}, ${head}${tried}`}>
      <NumberField
        label="Learning rate of heads"
        help="One for every run: methods are compared, not their heads. Empty: as the run's adapter."
        value={headLearningRate === "adapter" ? null : headLearningRate}
        placeholder="as the adapter"
        optional
        above={0}
        onChange={(rate) => changeTraining({ headLearningRate: rate ?? "adapter" })}
        onProblem={(problem) => markTraining("Learning rate of heads", problem)}
      />
      <SelectField
        label="Schedule"
        help="Of the learning rate, after the warm-up."
        value={settings.schedule}
        choices={schedules}
        onChange={(value) => {
          const schedule = schedules.find((choice) => choice.value === value)?.value;
          if (schedule) changeTraining({ schedule });
        }}
      />
      <NumberField
        label="Warm-up, % of steps"
        value={Number((settings.warmupRatio * 100).toPrecision(10))}
        min={0}
        max={100}
        onChange={(percent) => percent !== null && changeTraining({ warmupRatio: percent / 100 })}
        onProblem={(problem) => markTraining("Warm-up", problem)}
      />
      <NumberField
        label="Warm-up, at least"
        help="Steps, but no more than a quarter of all."
        value={leastWarmupSteps}
        integer
        min={0}
        onChange={(steps) => steps !== null && changeTraining({ leastWarmupSteps: steps })}
        onProblem={(problem) => markTraining("Warm-up, at least", problem)}
      />
      <SelectField
        label="Learning rates"
        help="A sweep tries the same factors on every run's rate."
        value={JSON.stringify(settings.learningRateFactors)}
        choices={sweepChoices(settings.learningRateFactors)}
        onChange={(factors) => changeTraining({ learningRateFactors: JSON.parse(factors) })}
      />
    </SettingGroup>
  );
}

function OptimiserGroup({ settings }: GroupProps) {
  const { gradClip, weightDecay } = settings;
  const clip = gradClip === null ? "no clipping" : `clipped at ${formatSetting(gradClip)}`;
  return (
    <SettingGroup title="AdamW" summary={`${clip}, weight decay ${formatSetting(weightDecay)}`}>
      <NumberField
        label="Largest gradient norm"
        help="Longer gradients are cut to it. Empty: none."
        value={settings.gradClip}
        placeholder="none"
        optional
        above={0}
        onChange={(gradClip) => changeTraining({ gradClip })}
        onProblem={(problem) => markTraining("Largest gradient norm", problem)}
      />
      <NumberField
        label="Weight decay"
        help="Of everything trained but biases, norms and other gains, the same for every run."
        value={weightDecay}
        min={0}
        onChange={(decay) => decay !== null && changeTraining({ weightDecay: decay })}
        onProblem={(problem) => markTraining("Weight decay", problem)}
      />
    </SettingGroup>
  );
}

function EndGroup({ settings }: GroupProps) {
  const { earlyStopping, keepBest } = settings;
  const patience = earlyStopping ? `stops after ${earlyStopping.patience} without progress` : "runs to the last step";
  return (
    <SettingGroup title="Stopping" summary={`${patience}, keeps the ${keepBest ? "best" : "last"} adapter`}>
      <NumberField
        label="Stop early after"
        help="Evaluations without a lower validation loss. Empty: never."
        value={settings.earlyStopping?.patience ?? null}
        placeholder="never"
        optional
        integer
        min={1}
        onChange={(patience) => changeTraining({ earlyStopping: patience === null ? null : { patience } })}
        onProblem={(problem) => markTraining("Stop early after", problem)}
      />
      <SelectField
        label="Keep the adapter of"
        help="What is evaluated, tried and downloaded in the end."
        value={settings.keepBest ? "best" : "last"}
        choices={[
          { value: "last", label: "the last step" },
          { value: "best", label: "the lowest validation loss" },
        ]}
        onChange={(kept) => changeTraining({ keepBest: kept === "best" })}
      />
    </SettingGroup>
  );
}

function RowsGroup({ settings }: GroupProps) {
  const { seed, shuffle } = settings;
  return (
    <SettingGroup title="Rows and read-out" summary={`seed ${seed}, ${shuffle ? "shuffled" : "in the file's order"}`}>
      <NumberField
        label="Seed"
        help="Split, batches and initial values."
        value={settings.seed}
        integer
        min={0}
        max={4294967295}
        onChange={(seed) => seed !== null && changeTraining({ seed })}
        onProblem={(problem) => markTraining("Seed", problem)}
      />
      <Field label="Shuffle rows" help="Off: the file's order.">
        {(input) => (
          <input
            {...input}
            type="checkbox"
            className="checkbox"
            checked={settings.shuffle}
            onChange={(event) => changeTraining({ shuffle: event.target.checked })}
          />
        )}
      </Field>
      <PoolingField />
    </SettingGroup>
  );
}

/** Steps or epochs: one of the two. */
function Length({ settings }: GroupProps) {
  const estimate = useStudio((state) => state.methods.estimate);
  const unit = settings.steps === null ? "epochs" : "steps";
  const [last, setLast] = useState({ steps: settings.steps ?? 200, epochs: settings.epochs ?? 1 });
  const perEpoch = estimate?.stepsPerEpoch;
  return (
    <div className="length-field">
      <NumberField
        key={unit}
        label={unit === "steps" ? "Steps" : "Epochs"}
        help={
          perEpoch &&
          (unit === "steps"
            ? `One epoch is ${formatPlural(perEpoch, "step")}.`
            : `${formatPlural(estimate.steps, "step")}; ${formatCount(perEpoch)} an epoch.`)
        }
        value={unit === "steps" ? settings.steps : settings.epochs}
        integer={unit === "steps"}
        {...(unit === "steps" ? { min: 1 } : { above: 0 })}
        onChange={(value) => {
          if (value === null) return;
          setLast({ ...last, [unit]: value });
          changeTraining(unit === "steps" ? { steps: value, epochs: null } : { steps: null, epochs: value });
        }}
        onProblem={(problem) => markTraining("Length", problem)}
      />
      <Segmented
        label="Length in"
        value={unit}
        choices={[
          { value: "steps", label: "steps" },
          { value: "epochs", label: "epochs" },
        ]}
        onChange={(chosen) => {
          markTraining("Length", null);
          changeTraining(
            chosen === "steps" ? { steps: last.steps, epochs: null } : { steps: null, epochs: last.epochs },
          );
        }}
      />
    </div>
  );
}

/** What is so of the open data: whether their labels are weighed, and runs calibrated. */
interface OfTheData {
  weighed: boolean;
  calibrated: boolean;
}

function inOneLine(settings: TrainingConfiguration, { weighed, calibrated }: OfTheData): string {
  const length =
    settings.steps === null ? formatPlural(settings.epochs ?? 1, "epoch") : formatPlural(settings.steps, "step");
  const { learningRate } = settings;
  const rate =
    learningRate === undefined
      ? "own learning rates"
      : learningRate === "search"
        ? "searched learning rates"
        : `lr ${formatSetting(learningRate)}`;
  const { seeds, seed, learningRateFactors } = settings;
  const sweep = learningRateFactors.length > 1 ? ` · ${learningRateFactors.length} learning rates` : "";
  const seeded = seeds > 1 ? `${seeds} seeds` : `seed ${seed}`;
  return `${length} · batch ${settings.batchSize} · ${rate} · ${settings.schedule} · ${seeded}${sweep}${weighed ? " · class weights" : ""}${calibrated ? " · calibrated" : ""}`;
}
