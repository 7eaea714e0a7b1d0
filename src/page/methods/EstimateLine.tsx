/** What a run will train and need, before anything runs. */

import { formatBytes, formatCount, formatSmallPercent } from "../numbers";
import { memoryWords } from "../store/device-words";
import { ownBytes } from "../store/memory-bytes";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";

export function EstimateLine({ run }: { run: DraftRun }) {
  const estimate = useStudio((state) => state.methods.estimate?.runs.find((entry) => entry.run === run.name));
  const memory = useStudio(memoryWords);
  const problems = Object.values(run.problems);
  if (problems.length > 0) return <p className="field-problem">Not usable yet: {problems.join(" ")}</p>;
  if (!estimate) return null;
  if (estimate.problem !== null) {
    return (
      <p className="field-problem" role="alert">
        {estimate.problem}
      </p>
    );
  }
  const { adapter, head, percentOfBase } = estimate.trainable;
  if (estimate.mostFitted !== null) {
    return (
      <p className="run-card-estimate">
        <span>
          fits at most <b>{formatCount(estimate.mostFitted)}</b> weights
        </span>
        <span>
          <b>0 %</b> of base
        </span>
      </p>
    );
  }
  return (
    <p className="run-card-estimate">
      <span>
        trains <b>{formatCount(adapter)}</b> + <b>{formatCount(head)}</b> head
      </span>
      <span>
        <b>{formatSmallPercent(percentOfBase)}</b> of base
      </span>
      <span>
        <b>{formatBytes(ownBytes(estimate.bytes))}</b> {memory.short}
      </span>
      {estimate.virtualTokens > 0 && (
        <span>
          T = <b>{formatCount(estimate.virtualTokens)}</b>
        </span>
      )}
    </p>
  );
}
