/** A weighted sum of runs with LoRA: which, how much of each, and how they are put together. */

import { Sigma } from "lucide-react";
import { useState } from "react";
import type { SumRequest } from "../../worker/api";
import { sumRuns } from "../actions/beside";
import { useQuestion } from "../asking";
import { NumberField } from "../fields/NumberField";
import { Segmented } from "../fields/Segmented";
import { Message } from "../layout/Message";
import { isBusy, useStudio } from "../store/store";
import { useAnsweringRuns } from "./answering-runs";

const HELP: Record<SumRequest["combination"], string> = {
  cat: "The ranks stand side by side: exactly the weighted sum of what the adapters change in the weights (not of their answers), and as many ranks as all have together.",
  linear:
    "The factors are added, as PEFT's “linear”: the rank stays, which must be the same, but it is not exactly that sum.",
};

export function SumPanel() {
  const busy = useStudio(isBusy);
  const descriptions = useStudio((state) => state.methods.descriptions);
  const answering = useAnsweringRuns();
  const summable = new Set(descriptions.flatMap(({ id, summable }) => (summable ? [id] : [])));
  const runs = answering.filter(({ method }) => summable.has(method)).map(({ run }) => run);
  const [weights, setWeights] = useState<Record<string, number | null>>({});
  const [combination, setCombination] = useState<SumRequest["combination"]>("cat");
  const { waiting: working, error, ask } = useQuestion<void>();
  if (busy || runs.length < 2) return null;
  // A run may be called like what every object has.
  const weightOf = (run: string, index: number) =>
    Object.hasOwn(weights, run) ? (weights[run] ?? 0) : index < 2 ? 0.5 : 0;
  const parts = runs.flatMap((run, index) => {
    const weight = weightOf(run, index);
    return weight === 0 ? [] : [{ run, weight }];
  });
  const evaluate = () =>
    ask(async () => {
      await sumRuns({ parts, combination });
      // What was just made is no part of the next sum unless somebody says so.
      setWeights(Object.fromEntries(runs.map((run, index) => [run, weightOf(run, index)])));
    });
  return (
    <fieldset className="sum-panel">
      <legend className="group-label">Sum of adapters</legend>
      <div className="imported-actions">
        {runs.map((run, index) => (
          <NumberField
            key={run}
            label={run}
            value={weightOf(run, index)}
            min={-10}
            max={10}
            onChange={(weight) => setWeights({ ...weights, [run]: weight ?? 0 })}
          />
        ))}
      </div>
      <div className="imported-actions">
        <Segmented
          label="How they are put together"
          value={combination}
          choices={[
            { value: "cat", label: "Exact (cat)" },
            { value: "linear", label: "Same rank (linear)" },
          ]}
          onChange={setCombination}
        />
        <button type="button" className="button" disabled={working || parts.length < 2} onClick={evaluate}>
          <Sigma size={16} aria-hidden="true" /> {working ? "Evaluating…" : "Evaluate the sum"}
        </button>
      </div>
      <p className="field-help">
        {HELP[combination]} Weight 0 leaves a run out. Trained heads, which PEFT does not sum, are averaged with these
        weights, so the sum's answers are those of a new model: look at its accuracy.
      </p>
      {error !== null && <Message kind="error">{error}</Message>}
    </fieldset>
  );
}
