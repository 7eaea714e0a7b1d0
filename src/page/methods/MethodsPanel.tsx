/** Step 2: which methods are compared, and what they will need together. */

import { restoreRemoved } from "../actions/drafts";
import { toggleStep } from "../actions/ui";
import { EngineersDetail } from "../layout/EngineersDetail";
import { Message } from "../layout/Message";
import { Step } from "../layout/Step";
import { formatBytes } from "../numbers";
import { memoryWords } from "../store/device-words";
import { isBusy, useStudio } from "../store/store";
import { AddMethod } from "./AddMethod";
import { Presets } from "./Presets";
import { RunCard } from "./RunCard";

export function MethodsPanel() {
  const { runs, removed, descriptions, estimateError } = useStudio((state) => state.methods);
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
      {removed && (
        <p className="field-help" role="status">
          {removed.run.name} was removed.{" "}
          <button type="button" className="text-button" onClick={restoreRemoved}>
            Undo
          </button>
        </p>
      )}
      <AddMethod />
      <Presets title="Or a question, in place of these" />
      {estimateError !== null && <Message kind="error">{estimateError}</Message>}
      <TotalEstimate />
    </Step>
  );
}

function TotalEstimate() {
  const memory = useStudio(memoryWords);
  const estimate = useStudio((state) => state.methods.estimate);
  if (!estimate) return null;
  const { total, largestBuffer, capacity } = estimate;
  const isWhole = largestBuffer.bytes <= largestBuffer.allowed;
  const fits = isWhole && (capacity === null || total.total <= capacity);
  const largest = `Largest buffer ${formatBytes(largestBuffer.bytes)} of ${formatBytes(largestBuffer.allowed)} allowed`;
  const problem = isWhole
    ? `All together is too large; there are ${formatBytes(capacity ?? 0)}. Compare fewer runs, or lower the batch size or the longest text.`
    : `${largest} (${largestBuffer.tensor}): too large for this device. Lower the batch size or the longest text.`;
  return (
    <div className="total-estimate">
      <p>
        Together about <b>{formatBytes(total.total)}</b> {memory.where}.
      </p>
      {!fits && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      <EngineersDetail>
        <p>
          Base weights, held once for all runs: {formatBytes(total.weights)}. {largest}. onnxruntime's own:{" "}
          {formatBytes(total.onnxruntime)}.
        </p>
      </EngineersDetail>
    </div>
  );
}
