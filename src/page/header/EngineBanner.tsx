/** Says that the engine is gone or stuck, and starts it again. Silent when all is well. */

import { restart } from "../actions/start";
import { Message } from "../layout/Message";
import { formatDuration } from "../numbers";
import { tooSilent } from "../store/silence";
import { useStudio } from "../store/store";

export function EngineBanner() {
  const lost = useStudio((state) => state.device.lost);
  // Of each tick: a silence that is over is no change of anything else.
  const silence = useStudio((state) => state.silence);
  if (lost !== null) {
    return (
      <Message kind="error">
        <strong>The device or its worker was lost.</strong> {lost} Data, model, runs and curves are kept; training goes
        on from the last evaluation. <StartAgain reason="the engine was lost and started again" />
      </Message>
    );
  }
  const silent = tooSilent({ ...useStudio.getState(), silence }, performance.now());
  if (!silent) return null;
  const time = formatDuration(silent.milliseconds / 1000);
  return (
    <Message kind="warning">
      <strong>
        {silent.answers ? `Nothing has come from training for ${time}.` : `The engine has not answered for ${time}.`}
      </strong>{" "}
      That is more than three times what its present step should take. You can wait, or start it again: data, model,
      runs and curves are kept, and training goes on from the last evaluation.{" "}
      <StartAgain reason="the engine did not answer and was started again" />
    </Message>
  );
}

function StartAgain({ reason }: { reason: string }) {
  return (
    <button type="button" className="button button-small" onClick={() => void restart(reason)}>
      Start the engine again
    </button>
  );
}
