/** What stands in the way of comparing, in the words shown beside the button. */

import { MOST_RUNS, trainingsProblem } from "../../plan/limits";
import { pointCount } from "../../plan/sweep";
import type { DataRole } from "../../worker/api";
import type { StudioState } from "../store/state";

/** Why Compare cannot be pressed, or null. */
export function whyNot(state: StudioState): string | null {
  const { report, lost, refused, starting } = state.device;
  if (refused !== null) return "This page cannot train as it was opened; see above.";
  if (lost !== null) return "The engine has stopped; start it again above.";
  if (!report) return "Looking at what this computer has…";
  if (report.status !== "ready" && report.status !== "software")
    return "Choose another device above: this one cannot be used.";
  if (state.model.opening || starting === "model") return "Loading the base model…";
  if (!state.model.summary) return withoutModel(state.model);
  if (state.data.opening) return `Opening ${state.data.opening}…`;
  if (starting === "data" && !state.data.summary) return "Opening the data…";
  const [awaited] = state.data.awaited?.files ?? [];
  if (awaited) return `${awaited.file} was open as ${partWords[awaited.role]}: open it again (step 1).`;
  if (!state.data.summary) return "Open data first (step 1).";
  if (state.data.summary.problem !== null) return "Choose columns that can be read (step 1).";
  if (state.methods.runs.length === 0) return "Add a method first (step 2).";
  const problem = state.methods.runs.find((run) => Object.keys(run.problems).length > 0);
  if (problem) return `${problem.name} has an option that cannot be used (step 2).`;
  const runs = state.methods.runs.reduce((sum, run) => sum + pointCount(run), 0);
  if (runs > MOST_RUNS) return `These are ${runs} runs; there may be ${MOST_RUNS} (step 2).`;
  const { settings } = state.training;
  const tooMany = settings && trainingsProblem(runs, settings, state.data.summary.settings.test ?? null);
  if (tooMany !== null) return `${tooMany} (step 3).`;
  if (state.methods.estimateError !== null) return "The settings cannot be used as they are (step 2).";
  const impossible = state.methods.estimate?.runs.find((run) => run.problem !== null);
  if (impossible) return `${impossible.run} cannot start as it is set (step 2).`;
  const field = Object.keys(state.training.problems)[0];
  if (field) return `${field} cannot be used as it is (step 3).`;
  return null;
}

/** What a file is open as. */
export const partWords: Record<DataRole, string> = {
  train: "the training file",
  validation: "the validation file",
  test: "the test file",
};

function withoutModel({ awaited, error }: StudioState["model"]): string {
  if (!awaited || error !== null) return "No base model is loaded.";
  const { linked, folder } = awaited;
  const name = linked?.source.replace(/^\w+:/, "") ?? (folder === null ? "a folder" : `the folder ${folder}`);
  return `The base model was ${name}, which is not here: open it again under Base model, or another one.`;
}
