/**
 * Remembering files of one's own on this computer, when a person ticks so, and forgetting them.
 * What this browser does not keep, the page says.
 */

import { messageOf } from "../../errors/message-of";
import { isSameFile, ownFiles } from "../store/own-files";
import { forgetRemembered, type KeptFile, loadRemembered, saveRemembered } from "../store/remembered";
import type { OwnFile } from "../store/state";
import { patch, useStudio } from "../store/store";
import { openedSources, openSources } from "./data";

/** Reads which files are remembered. */
export async function recallFiles(): Promise<void> {
  const kept = await loadRemembered().catch(() => null);
  patch("data", { remembered: kept?.map(withoutContent) ?? null });
}

/** Whether all of these files are among those that are remembered. */
export function isRemembered(files: readonly OwnFile[], remembered: readonly OwnFile[]): boolean {
  return files.every((file) => remembered.some((kept) => kept.role === file.role && isSameFile(kept, file)));
}

export async function openRemembered(): Promise<void> {
  const kept = await loadRemembered().catch(() => null);
  const contentOf = (role: OwnFile["role"]) => kept?.find((file) => file.role === role)?.content ?? null;
  const train = contentOf("train");
  if (train) {
    await openSources({ sample: null, train, validation: contentOf("validation"), test: contentOf("test") });
  }
}

/** Keeps the open files, in place of those that were kept before. */
export async function rememberOpenFiles(): Promise<void> {
  const sources = openedSources();
  const files = ownFiles(useStudio.getState().data).flatMap((file): KeptFile[] => {
    const content = sources[file.role];
    return content ? [{ ...file, content }] : [];
  });
  try {
    await saveRemembered(files);
    patch("data", { remembered: files.map(withoutContent) });
  } catch (error) {
    const text = `This browser did not keep ${files[0]?.file ?? "the file"}: ${messageOf(error)}`;
    patch("ui", { notice: { kind: "error", text } });
  }
}

export async function forgetFiles(): Promise<void> {
  try {
    await forgetRemembered();
    patch("data", { remembered: null });
  } catch (error) {
    patch("ui", { notice: { kind: "error", text: `The files were not forgotten: ${messageOf(error)}` } });
  }
}

/** A file beside the remembered training file is remembered with it. Returns what ends it. */
export function keepRemembering(): () => void {
  return useStudio.subscribe(({ data }, before) => {
    if (data.summary === before.data.summary || data.awaited || !data.remembered) return;
    const open = ownFiles(data);
    const isOfThem = open.some((file) => file.role === "train" && isRemembered([file], data.remembered ?? []));
    if (isOfThem && !isSameSet(open, data.remembered)) void rememberOpenFiles();
  });
}

function isSameSet(open: readonly OwnFile[], remembered: readonly OwnFile[]): boolean {
  return open.length === remembered.length && isRemembered(open, remembered);
}

function withoutContent({ content: _, ...file }: KeptFile): OwnFile {
  return file;
}
