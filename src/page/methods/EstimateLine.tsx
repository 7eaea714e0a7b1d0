/** What a run will train and need, before anything runs. */

import { Term } from "../glossary/Term";
import { formatBytes, formatCount, formatSmallPercent } from "../numbers";
import { memoryWords } from "../store/device-words";
import { ownBytes } from "../store/memory-bytes";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";

const OF_BASE = "How much is trained, as a share of the frozen model's own numbers.";

export function EstimateLine({ run }: { run: DraftRun }) {
  const estimate = useStudio((state) => estimateOf(state.methods, run));
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
  const { adapter, head, percentOfBase, kept } = estimate.trainable;
  return (
    <p className="run-card-estimate">
      <span>
        trains {run.sweep && "up to "}
        <b>{formatCount(adapter)}</b> + <b>{formatCount(head)}</b> <Term of="head">head</Term>
      </span>
      {kept !== undefined && (
        <span title="What makes the prompt or prefix is dropped after training: so many numbers stay.">
          keeps <b>{formatCount(kept)}</b>
        </span>
      )}
      <span>
        <b>{formatSmallPercent(percentOfBase)}</b> <abbr title={OF_BASE}>of base</abbr>
      </span>
      <span>
        <b>{formatBytes(ownBytes(estimate.bytes))}</b> {memory.short}
      </span>
      {estimate.virtualTokens > 0 && (
        <span>
          <Term of="tokens">T</Term> = <b>{formatCount(estimate.virtualTokens)}</b>
        </span>
      )}
    </p>
  );
}
