/** What each label counts for in the loss, for tasks with labels. */

import { useEffect } from "react";
import { balancedPositiveWeights, balancedWeights, type ClassWeights, weightedTasks } from "../../data/class-weights";
import { nearestName } from "../../errors/nearest-name";
import type { DataSummary } from "../../worker/api";
import { changeTraining, markTraining } from "../actions/drafts";
import { NumberField } from "../fields/NumberField";
import { SelectField } from "../fields/SelectField";
import { Message } from "../layout/Message";
import { formatCount, formatSetting } from "../numbers";
import { weightsByName } from "../store/configuration";
import { useStudio } from "../store/store";
import "./ClassWeightsField.css";

const choices = [
  { value: "off", label: "off: every row counts the same" },
  { value: "balanced", label: "balanced: every label counts the same" },
  { value: "by hand", label: "by hand" },
];

/** To three digits, as they are shown and begin by hand. */
const rounded = (weight: number) => Number(weight.toPrecision(3));

export function ClassWeightsField() {
  const summary = useStudio((state) => state.data.summary);
  const given = useStudio((state) => state.training.settings?.classWeights) ?? "off";
  if (!summary || summary.labels.length === 0 || !weightedTasks.includes(summary.settings.task)) return null;
  const balanced = balancedOf(summary);
  const choose = (mode: string) => {
    const byHand = Object.fromEntries(summary.labels.map(({ name }, id) => [name, rounded(balanced[id]!)]));
    changeTraining({ classWeights: mode === "by hand" ? byHand : mode === "balanced" ? mode : undefined });
  };
  return (
    <div className="class-weights">
      <SelectField
        label="Class weights"
        help={
          summary.answer === "labels"
            ? "For rare labels: how much more a row counts that has the label. Counted among training rows only."
            : "For rare labels: how much each counts in the training loss. Counted among training rows only."
        }
        value={typeof given === "string" ? given : "by hand"}
        choices={choices}
        onChange={choose}
      />
      {given !== "off" && <Weights summary={summary} given={given} balanced={balanced} />}
    </div>
  );
}

function balancedOf({ labels, answer, trainRows }: DataSummary): number[] {
  const counts = labels.map(({ train }) => train);
  return answer === "labels" ? balancedPositiveWeights(counts, trainRows) : balancedWeights(counts);
}

interface WeightsProps {
  summary: DataSummary;
  given: Exclude<ClassWeights, "off">;
  balanced: readonly number[];
}

function Weights({ summary, given, balanced }: WeightsProps) {
  const { known, unknown } = weightsByName(typeof given === "string" ? {} : given, summary);
  const names = summary.labels.map(({ name }) => name);
  return (
    <>
      {unknown.length > 0 && (
        <Message kind="warning">
          These data have no label “{unknown[0]}” (the nearest is “{nearestName(unknown[0]!, names)}”)
          {unknown.length > 1 && ` and ${formatCount(unknown.length - 1)} more that have weights`}: left out.
        </Message>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="class-weights-scroll" aria-label="Weights of labels" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{summary.answer === "tags" ? "Tag" : "Label"}</th>
              <th scope="col" className="number">
                Training {summary.answer === "tags" ? "words" : "rows"}
              </th>
              <th scope="col" className="number">
                Weight
              </th>
            </tr>
          </thead>
          <tbody>
            {summary.labels.map(({ name, train }, id) => (
              <tr key={name}>
                <th scope="row" title={name}>
                  {name}
                </th>
                <td className="number">{formatCount(train)}</td>
                <td className="number">
                  {given === "balanced" ? (
                    formatSetting(rounded(balanced[id]!))
                  ) : (
                    <WeightField name={name} value={Object.hasOwn(known, name) ? known[name]! : 1} known={known} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

interface WeightFieldProps {
  name: string;
  value: number;
  /** Of all labels. */
  known: Readonly<Record<string, number>>;
}

function WeightField({ name, value, known }: WeightFieldProps) {
  const place = `Weight of ${name}`;
  // What is unusable goes with the field.
  useEffect(() => () => markTraining(place, null), [place]);
  return (
    <NumberField
      label={<span className="visually-hidden">{place}</span>}
      value={value}
      min={0}
      onChange={(weight) => weight !== null && changeTraining({ classWeights: { ...known, [name]: weight } })}
      onProblem={(problem) => markTraining(place, problem)}
    />
  );
}
