/** Offers the newer version of the studio that this browser has fetched; never while one trains. */

import { openNewer } from "../actions/offline";
import { Message } from "../layout/Message";
import { isBusy, useStudio } from "../store/store";

export function NewerBanner() {
  const isNewerReady = useStudio((state) => state.offline.isNewerReady);
  const busy = useStudio(isBusy);
  if (!isNewerReady) return null;
  return (
    <Message
      kind="info"
      actions={
        <button type="button" className="button button-small" disabled={busy} onClick={() => void openNewer()}>
          Load it
        </button>
      }
    >
      <strong>A newer version of the studio is ready.</strong>{" "}
      {busy ? "It waits until this comparison has ended." : "It is loaded when you press the button, or next time."}
    </Message>
  );
}
