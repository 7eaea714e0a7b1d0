/** Nothing is opened in place of what a comparison that is running is about. */

import { isBusy, patch, useStudio } from "../store/store";

/** Whether one is running; then it says that `what` was not opened. */
export function refusesWhileRunning(what: string): boolean {
  const state = useStudio.getState();
  if (!isBusy(state)) return false;
  const running = state.methods.searching ? "Learning rates are searched" : "A comparison is running";
  const text = `${what} was not opened. ${running}: stop it, or open this when it has ended.`;
  patch("ui", { notice: { kind: "error", text } });
  return true;
}
