/**
 * Trains a run with several values of its options: a small form that says how many runs that makes,
 * and about how long they take, before it makes them.
 */

import { Grid3x3, Plus, X } from "lucide-react";
import { useState } from "react";
import { MOST_RUNS } from "../../plan/limits";
import { pointCount, RATE, type Sweep, sweptValue } from "../../plan/sweep";
import type { MethodDescription } from "../../worker/api";
import { changeRun } from "../actions/drafts";
import { Field } from "../fields/Field";
import { SelectField } from "../fields/SelectField";
import { formatAbout, formatPlural, formatSetting } from "../numbers";
import { effectiveLearningRate } from "../store/configuration";
import { expectedSeconds } from "../store/expected-time";
import type { OptionField } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { SetField } from "./SetField";
import { type Axis, readLines, readValues, suggestedValues, sweepAxes } from "./sweep-axes";
import "./SweepField.css";

interface SweepFieldProps {
  run: DraftRun;
  method: MethodDescription;
  /** In use. */
  fields: readonly OptionField[];
}

/** One line of the form: an axis with what is typed, or chosen, for it. */
interface Line {
  key: string;
  text: string;
  chosen: readonly unknown[];
}

export function SweepField({ run, method, fields }: SweepFieldProps) {
  const training = useStudio((state) => state.training.settings);
  const linearNames = useStudio((state) => state.model.summary?.linearNames);
  const axes = sweepAxes(fields, method.learningRate !== null, linearNames);
  const present = (key: string) =>
    key === RATE && training ? effectiveLearningRate(run, training, method) : sweptValue(run, key);
  const lineOf = (axis: Axis, values: readonly unknown[] = suggestedValues(axis, present(axis.key))): Line => ({
    key: axis.key,
    text: axis.kind === "lines" ? values.map(axis.write).join("\n") : values.map(String).join(", "),
    chosen: values,
  });
  const proposed = () => {
    if (run.sweep) {
      return Object.entries(run.sweep).flatMap(([key, values]) => {
        const axis = axes.find((one) => one.key === key);
        return axis ? [lineOf(axis, values)] : [];
      });
    }
    const first = axes.find(({ kind, key }) => kind === "number" && key !== RATE);
    const rate = axes.find(({ key }) => key === RATE);
    return [first, rate].flatMap((axis) => (axis ? [lineOf(axis)] : []));
  };
  const [lines, setLines] = useState<readonly Line[] | null>(null);
  const shown = lines ?? proposed();
  const read = shown.map((line) => {
    const axis = axes.find(({ key }) => key === line.key);
    if (!axis) return { values: [], problem: "This option does nothing beside the others now." };
    if (axis.kind === "number") return readValues(line.text, axis.range);
    if (axis.kind === "lines") return readLines(line.text, axis);
    return { values: line.chosen, problem: line.chosen.length === 0 ? "Choose at least one." : null };
  });
  const sweep: Sweep = Object.fromEntries(shown.map(({ key }, index) => [key, read[index]!.values]));
  const count = pointCount({ sweep });
  const others = useStudio(({ methods }) =>
    methods.runs.reduce((sum, other) => (other.id === run.id ? sum : sum + pointCount(other)), 0),
  );
  const seconds = useStudio((state) => {
    const now = expectedSeconds(state, {}, [run]);
    return now === null ? null : (now / pointCount(run)) * count;
  });
  if (axes.length === 0 || run.initFrom !== undefined) return null;
  const free = axes.filter(({ key }) => !shown.some((line) => line.key === key));
  const usable = shown.length > 0 && read.every(({ problem }) => problem === null);
  const tooMany = count + others > MOST_RUNS;
  const set = (index: number, line: Line) => setLines(shown.with(index, line));
  const same = JSON.stringify(run.sweep) === JSON.stringify(sweep);
  const seeds = training?.seeds ?? 1;
  return (
    <details className="sweep">
      <summary>{run.sweep ? "Sweep: which values are tried" : "Try several values: a sweep"}</summary>
      <p className="field-help">
        Every combination is trained as a run of its own, on the same batches, and drawn as a map of which did best.
      </p>
      {shown.map((line, index) => (
        <FormLine
          key={line.key}
          axes={axes.filter(({ key }) => key === line.key || free.some((one) => one.key === key))}
          line={line}
          problem={read[index]!.problem}
          onChange={(changed) => set(index, changed)}
          onAxis={(axis) => set(index, lineOf(axis))}
          onRemove={shown.length > 1 ? () => setLines(shown.toSpliced(index, 1)) : null}
        />
      ))}
      {free.length > 0 && (
        <button type="button" className="text-button" onClick={() => setLines([...shown, lineOf(free[0]!)])}>
          <Plus size={13} aria-hidden="true" /> One more option
        </button>
      )}
      {usable && (
        <output className="sweep-count">
          <b>
            {read.map(({ values }) => values.length).join(" × ")}
            {shown.length > 1 && ` = ${count}`} {count === 1 ? "run" : "runs"}
          </b>
          {seeds > 1 && `, each with ${seeds} seeds`}
          {": "}
          {seconds === null ? "how long they take is not measured yet." : `${formatAbout(seconds)} on this computer.`}
        </output>
      )}
      {usable && tooMany && (
        <p className="field-problem" role="alert">
          With the {formatPlural(others, "other run")} these are {count + others} runs; there may be {MOST_RUNS}.
        </p>
      )}
      <div className="inline">
        <button
          type="button"
          className="button button-small"
          disabled={!usable || tooMany || same}
          onClick={() => {
            changeRun(run.id, { sweep });
            setLines(null);
          }}
        >
          <Grid3x3 size={14} aria-hidden="true" /> {run.sweep ? "Change to" : "Add"}{" "}
          {usable ? formatPlural(count, "run") : "runs"}
        </button>
        {run.sweep && (
          <button
            type="button"
            className="text-button"
            onClick={() => {
              changeRun(run.id, { sweep: undefined });
              setLines(null);
            }}
          >
            Back to one run
          </button>
        )}
      </div>
    </details>
  );
}

interface FormLineProps {
  axes: readonly Axis[];
  line: Line;
  problem: string | null;
  onChange: (line: Line) => void;
  onAxis: (axis: Axis) => void;
  /** Null where it is the only one. */
  onRemove: (() => void) | null;
}

function FormLine({ axes, line, problem, onChange, onAxis, onRemove }: FormLineProps) {
  const axis = axes.find(({ key }) => key === line.key);
  const title = axis?.title ?? line.key;
  const values = (
    <>
      Values<span className="visually-hidden"> of {title}</span>
    </>
  );
  return (
    <div className="sweep-line">
      <SelectField
        label="Option"
        value={line.key}
        choices={axes.map(({ key, title }) => ({ value: key, label: title }))}
        onChange={(key) => onAxis(axes.find((one) => one.key === key)!)}
      />
      {axis?.kind === "choices" ? (
        <SetField
          label={`Values of ${title}`}
          choices={axis.choices.map(formatSetting)}
          value={line.chosen.map(formatSetting)}
          least={1}
          onChange={(names) =>
            onChange({ ...line, chosen: axis.choices.filter((one) => names.includes(formatSetting(one))) })
          }
        />
      ) : (
        <Field label={values} problem={problem} help={axis?.kind === "lines" ? axis.help : undefined}>
          {(input) =>
            axis?.kind === "lines" ? (
              <textarea
                {...input}
                className="input"
                rows={3}
                spellCheck={false}
                value={line.text}
                onChange={(event) => onChange({ ...line, text: event.target.value })}
              />
            ) : (
              <input
                {...input}
                className="input"
                inputMode="decimal"
                autoComplete="off"
                spellCheck={false}
                value={line.text}
                onChange={(event) => onChange({ ...line, text: event.target.value })}
              />
            )
          }
        </Field>
      )}
      {onRemove && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Do not vary ${title}`}
          title="Do not vary it"
          onClick={onRemove}
        >
          <X size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
