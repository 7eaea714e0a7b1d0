/**
 * The outcome of something that has no place of its own on the page, for example opening a
 * configuration file.
 */

import { Message } from "../layout/Message";
import { patch, useStudio } from "../store/store";

export function Notice() {
  const notice = useStudio((state) => state.ui.notice);
  if (!notice) return null;
  const { undo } = notice;
  return (
    <Message kind={notice.kind} onClose={() => patch("ui", { notice: null })}>
      {notice.text}{" "}
      {undo && (
        <button
          type="button"
          className="text-button"
          onClick={() => {
            patch("ui", { notice: null });
            undo();
          }}
        >
          Undo
        </button>
      )}
    </Message>
  );
}
