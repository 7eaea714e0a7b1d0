/** A run looked at closely: where its soft tokens stand in a row, and its tensors one by one. */

import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import { currentConfiguration } from "../store/configuration";
import { estimateOf, pointNames } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { SoftTokenStrip } from "./SoftTokenStrip";
import { TensorTable } from "./TensorTable";

/** Milliseconds after the last change. */
const DELAY = 250;

export function RunInspection({ run }: { run: DraftRun }) {
  // Where it cannot start, the estimate says why.
  const starts = useStudio(({ methods }) => estimateOf(methods, run)?.problem === null);
  const data = useStudio((state) => state.data.summary);
  const training = useStudio((state) => state.training.settings);
  const model = useStudio((state) => state.model.summary);
  const { answer, error } = useAnswer(
    starts ? (studio) => studio.inspectRun(currentConfiguration(useStudio.getState())!, pointNames(run)[0]) : null,
    [starts, run, data, training, model],
    DELAY,
  );
  if (!starts) return null;
  if (error !== null) return <Message kind="error">{error}</Message>;
  if (!answer) return null;
  return (
    <>
      {answer.soft && <SoftTokenStrip soft={answer.soft} />}
      <TensorTable table={answer.tensors} />
    </>
  );
}
