/**
 * A button that merges a run into the weights on the device, says how far its predictions move, and
 * unmerges.
 */

import { Combine } from "lucide-react";
import type { MergeProof } from "../../worker/api";
import { useQuestion } from "../asking";
import { Message } from "../controls/Message";
import { formatPlural } from "../numbers";
import { isBusy, useStudio } from "../store/store";
import "./MergePanel.css";

export function MergePanel({ run, method }: { run: string; method: string }) {
  const merges = useStudio((state) =>
    state.methods.descriptions.find(({ id }) => id === method)?.conversions.some(({ merged }) => merged),
  );
  const busy = useStudio(isBusy);
  const { answer: proof, waiting: working, error, ask } = useQuestion<MergeProof>();
  if (!merges) return null;
  return (
    <div className="merge-panel">
      <button
        type="button"
        className="button button-small"
        disabled={busy || working}
        onClick={() => ask((studio) => studio.measure("merge-proof", run, null))}
      >
        <Combine size={14} aria-hidden="true" /> {working ? "Merging…" : "Merge and unmerge"}
      </button>
      <output className="field-help">
        {proof ? said(proof) : "Puts the change into the weights on the device, compares, and takes it out again."}
      </output>
      {error !== null && <Message kind="error">{error}</Message>}
    </div>
  );
}

function said({ rows, numbers, what, difference, largest, changed, unmerged, untouched }: MergeProof): string {
  const word = what === "logits" ? "logit" : "loss";
  const count = what === "logits" ? formatPlural(numbers, "logit") : `losses of ${formatPlural(numbers, "token")}`;
  return [
    `${formatPlural(changed, "tensor")} merged: ${count} of ${formatPlural(rows, "row")} differ by at most ` +
      `${difference.toExponential(1)} (largest ${word} ${largest.toPrecision(2)}).`,
    ...(unmerged === null
      ? []
      : [`Taken away again, the change leaves the weights within ${unmerged.toExponential(1)} of the base model's.`]),
    untouched
      ? "The base model on the device is byte for byte what it was."
      : "The base model on the device is not what it was: open it again.",
  ].join(" ");
}
