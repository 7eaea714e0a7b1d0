/** A data set of the Hub: looking it up, and opening its files. Nothing is asked for by itself. */

import { messageOf } from "../../errors/message-of";
import type { DataRole, DatasetListing, HubPlace, TableFiles } from "../../worker/api";
import { patch } from "../store/store";
import { studio } from "../worker";
import { openFile } from "./data";

/** Which table is which part, by its name; null: rows of the training table. */
export type ChosenTables = Record<DataRole, string | null> & { train: string };

/** The first requests that leave the page for a data set. Null where it fails, which is shown. */
export async function lookUpDataset(place: HubPlace): Promise<DatasetListing | null> {
  patch("data", { opening: place.name, error: null });
  try {
    return await studio().lookUpDataset(place);
  } catch (error) {
    patch("data", { error: { place: "train", message: messageOf(error) } });
    return null;
  } finally {
    patch("data", { opening: null });
  }
}

/** Brings all files before the first is opened, so that a broken transfer changes nothing. */
export async function downloadDataset(source: string, { train, validation, test }: ChosenTables): Promise<void> {
  const names = [
    { role: "train", name: train },
    { role: "validation", name: validation },
    { role: "test", name: test },
  ] as const;
  const files: { role: DataRole; file: TableFiles; hub: string }[] = [];
  try {
    for (const { role, name } of names) {
      if (name === null) continue;
      patch("data", { opening: name, error: null });
      files.push({ role, file: await studio().downloadTable(source, name), hub: `${source}:${name}` });
    }
  } catch (error) {
    patch("data", { error: { place: "train", message: messageOf(error) } });
    return;
  } finally {
    patch("data", { opening: null });
  }
  for (const { role, file, hub } of files) await openFile(file, role, {}, hub);
}

export async function stopDownload(): Promise<void> {
  await studio().cancelDataDownload();
}
