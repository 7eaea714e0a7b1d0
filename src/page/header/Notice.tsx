/**
 * The outcome of something that has no place of its own on the page, for example opening a
 * configuration file.
 */

import { Message } from "../layout/Message";
import { patch, useStudio } from "../store/store";

export function Notice() {
  const notice = useStudio((state) => state.ui.notice);
  if (!notice) return null;
  return (
    <Message kind={notice.kind} onClose={() => patch("ui", { notice: null })}>
      {notice.text}
    </Message>
  );
}
