/** Step 2: which methods are compared, and what they will need together. */

import { toggleStep } from "../actions/ui";
import { Message } from "../controls/Message";
import { Step } from "../controls/Step";
import { formatBytes } from "../format";
import { isBusy, useStudio } from "../store/store";
import { AddMethodMenu } from "./AddMethodMenu";
import { RunCard } from "./RunCard";

export function MethodsStep() {
  const { runs, descriptions, estimateError } = useStudio((state) => state.methods);
  const open = useStudio((state) => state.ui.open.methods);
  const busy = useStudio(isBusy);
  return (
    <Step
      number={2}
      title="Methods"
      summary={runs.length === 0 ? "Add at least one method." : runs.map((run) => run.name).join(" · ")}
      done={runs.length > 0}
      open={open}
      onToggle={() => toggleStep("methods")}
    >
      {busy && <p className="field-help">Changes apply to the next comparison.</p>}
      <ul className="run-cards">
        {runs.map((run) => {
          const method = descriptions.find((description) => description.id === run.method);
          return method && <RunCard key={run.id} run={run} method={method} />;
        })}
      </ul>
      <AddMethodMenu methods={descriptions} />
      {estimateError !== null && <Message kind="error">{estimateError}</Message>}
      <TotalEstimate />
    </Step>
  );
}

function TotalEstimate() {
  const estimate = useStudio((state) => state.methods.estimate);
  if (!estimate) return null;
  const { total, largestBuffer } = estimate;
  const fits = largestBuffer.bytes <= largestBuffer.allowed;
  return (
    <p className={fits ? "total-estimate" : "field-problem"} role={fits ? undefined : "alert"}>
      Together about <b>{formatBytes(total.total)}</b> on the GPU, base weights ({formatBytes(total.weights)}) once.
      Largest buffer {formatBytes(largestBuffer.bytes)} of {formatBytes(largestBuffer.allowed)} allowed
      {fits
        ? `. onnxruntime's own ${formatBytes(total.onnxruntime)} are in it.`
        : ` (${largestBuffer.tensor}): too large for this device. Lower the batch size or the longest text.`}
    </p>
  );
}
