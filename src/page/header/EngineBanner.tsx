/** Says that the engine is gone or stuck, and starts it again. Silent when all is well. */

import { restart } from "../actions/start";
import { Message } from "../layout/Message";
import { formatDuration } from "../numbers";
import { tooSilent } from "../store/silence";
import { useStudio } from "../store/store";

const KEPT = "Data, model, runs and curves are kept, and runs can continue from their last evaluation.";

export function EngineBanner() {
  const lost = useStudio((state) => state.device.lost);
  // Of each tick: a silence that is over is no change of anything else.
  const silence = useStudio((state) => state.silence);
  if (lost !== null) {
    return (
      <Message kind="error" actions={<StartAgain reason="the engine was lost and started again" />}>
        <strong>The device or its worker was lost.</strong> {sentence(lost)} {KEPT}
      </Message>
    );
  }
  const silent = tooSilent({ ...useStudio.getState(), silence }, performance.now());
  if (!silent) return null;
  const time = formatDuration(silent.milliseconds / 1000);
  return (
    <Message kind="warning" actions={<StartAgain reason="the engine did not answer and was started again" />}>
      <strong>
        {silent.answers ? `Nothing has come from training for ${time}.` : `The engine has not answered for ${time}.`}
      </strong>{" "}
      That is more than three times what its present step should take. You can wait, or start it again. {KEPT}
    </Message>
  );
}

/** A reason as a sentence of its own. */
function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`.replace(/\.?$/, ".");
}

function StartAgain({ reason }: { reason: string }) {
  return (
    <button type="button" className="button button-small" onClick={() => void restart(reason)}>
      Start the engine again
    </button>
  );
}
