/**
 * Merging a run into the weights on the device: how far its predictions move, and what unmerging
 * leaves.
 */

import { Combine } from "lucide-react";
import type { InstrumentResult } from "../../worker/api";
import { formatPlural } from "../numbers";
import { MeasureButton } from "./MeasureButton";
import type { PanelProps } from "./panel";

export function MergeProofPanel(props: PanelProps) {
  return <MeasureButton {...props} id="merge-proof" input={null} icon={Combine} waiting="Merging…" say={sentenceOf} />;
}

function sentenceOf({
  rows,
  numbers,
  what,
  difference,
  largest,
  changed,
  unmerged,
  untouched,
}: InstrumentResult<"merge-proof">): string {
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
