/** The check of the open data, asked for once for what is open, and what it offers to do. */

import type { CheckAction, DataCheck, RowChange } from "../../worker/api";
import { formatPlural } from "../numbers";
import { personalDataWarning, typedTextsWarning } from "../store/personal-data";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";
import { changeRows, putBackChanges, setData } from "./data";
import { changeTraining } from "./drafts";

/**
 * Null where nothing is open that could be checked, or it has changed meanwhile. Rejects as the
 * worker does.
 */
export async function checkOpenData(): Promise<DataCheck | null> {
  const { summary, check } = useStudio.getState().data;
  if (check) return check;
  if (!summary || summary.problem !== null) return null;
  const found = await studio().checkData();
  if (useStudio.getState().data.summary !== summary) return null;
  patch("data", { check: found });
  return found;
}

/**
 * Says what a person has to hand on, in which are no rows but texts that were typed; and, once the
 * data are checked, what was found in them.
 */
export async function sayHandedOn(text: string): Promise<void> {
  const notice = { kind: "info" as const, text };
  patch("ui", { notice });
  await checkOpenData().catch(() => null);
  const warning = typedTextsWarning([personalDataWarning(useStudio.getState())]);
  // Not in place of what has been said since.
  if (warning === null || useStudio.getState().ui.notice !== notice) return;
  patch("ui", { notice: { ...notice, text: `${text} ${warning}` } });
}

/** Names of labels are asked for where they are typed; all else is done at once. */
export function carryOut(action: Exclude<CheckAction, { kind: "name-labels" }>): void {
  if (action.kind === "settings") void setData(action.settings, "settings");
  else if (action.kind === "changes") void changeAtOnce(action.changes);
  else changeTraining({ metric: action.metric });
}

/** While the notice of it stands, the list of changes can be had back as it was. */
async function changeAtOnce(changes: readonly RowChange[]): Promise<void> {
  const before = useStudio.getState().data.summary;
  await changeRows(changes);
  const { summary, error } = useStudio.getState().data;
  if (error !== null || !before || summary === before) return;
  const text = `Changed: ${formatPlural(changes.length, "row")}; no file is written.`;
  patch("ui", { notice: { kind: "info", text, undo: () => void putBackChanges(before.settings.changes ?? []) } });
}
