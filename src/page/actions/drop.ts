/**
 * What is dropped on the page: a base model's folder or files, or one table to train on. Not while
 * a comparison runs.
 */

import type { FileRejection } from "react-dropzone";
import { looksLikeModel } from "../store/local-files";
import { openFile, refuseFile } from "./data";
import { inspectFiles } from "./model";
import { refusesWhileRunning } from "./while-running";

/** `refused`: more files than one, which only a model may be. */
export function receiveDrop(accepted: readonly File[], refused: readonly FileRejection[]): void {
  const all = [...accepted, ...refused.map((rejection) => rejection.file)];
  const [file] = accepted;
  if (refusesWhileRunning(all.length === 1 ? all[0]!.name : "What was dropped")) return;
  if (looksLikeModel(all)) void inspectFiles(all);
  else if (file) void openFile(file, "train");
  else refuseFile("train", "Nothing was opened: drop one file at a time, and no folder but a base model's.");
}
