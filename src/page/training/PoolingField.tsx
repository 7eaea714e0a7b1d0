/** What of the model's last states the head reads. */

import type { Pooling } from "../../worker/api";
import { changeTraining } from "../actions/drafts";
import { SelectField } from "../fields/SelectField";
import { useStudio } from "../store/store";

const poolingLabels: Record<Pooling, string> = {
  last: "the last token",
  mean: "the mean of all tokens",
  first: "the first token, virtual or not",
  cls: "the input's own first token",
};

/** What the open model can be read out by; the usual way until something else is chosen. */
export function PoolingField() {
  const pooling = useStudio((state) => state.training.settings?.pooling ?? null);
  const model = useStudio((state) => state.model.summary);
  const offered: readonly Pooling[] = model?.poolings ?? ["last", "mean"];
  const help = offered.includes("last")
    ? "The last token is what exported adapters expect."
    : offered.includes("first")
      ? "The first token is what exported adapters expect, through the model's own classifier."
      : "This file holds no classifier for the first token.";
  return (
    <SelectField
      label="The head reads"
      help={help}
      value={pooling !== null && offered.includes(pooling) ? pooling : offered[0]!}
      choices={offered.map((value) => ({ value, label: poolingLabels[value] }))}
      onChange={(chosen) => changeTraining({ pooling: offered.find((value) => value === chosen) ?? null })}
    />
  );
}
