/** Says what would not survive a reload, where the browser keeps nothing. */

import { Message } from "../layout/Message";
import { useStudio } from "../store/store";

export function StorageBanner() {
  const { checkpoints, results: refused } = useStudio((state) => state.storage);
  const results = Object.values(refused).at(-1) ?? null;
  const reason = results ?? checkpoints;
  if (reason === null) return null;
  const what = [
    ...(results === null ? [] : ["curves and finished adapters"]),
    ...(checkpoints === null ? [] : ["what training goes on from"]),
  ].join(", and ");
  return (
    <Message kind="warning">
      <strong>This browser could not keep {what}</strong> ({reason.replace(/\.$/, "")}). Training goes on, but a reload
      or a crash would lose them: download what you need before you leave this page.
    </Message>
  );
}
