/**
 * Data sets of the Hub for the headless runner: files that a configuration names as `hf:…` are
 * brought into a folder of this computer, where the next comparison finds them. Not for models.
 */

import { join } from "node:path";
import type { DataRole } from "../../src/data/types";
import type { TransferProgress } from "../../src/hub/download";
import { bringTable, findTable, lookUpDataset, parseDatasetName } from "../../src/hub/hub-datasets";
import { tableProblem } from "../../src/hub/hub-tables";
import { ConfigurationError, isHubData, type NamedFiles } from "./files";
import { DiskStore, type HubAccess } from "./hub-models";

const PARTS: readonly DataRole[] = ["train", "validation", "test"];

/**
 * Replaces `hf:OWNER/NAME[@REVISION][:WHAT]` by the files of a table, brought and checked. `WHAT`
 * is a file, a table or a subset by its name; without it there must be one that can be meant. What
 * is there of the same commit is not downloaded again.
 * @throws {ConfigurationError} When the name is none, the Hub refuses it, it has no such table or
 * several, or the table lacks a file or is too large.
 * @throws {Error} When a transfer keeps breaking off; what arrived is kept.
 */
export async function bringHubData(
  files: NamedFiles,
  { address, token, cache }: Omit<HubAccess, "capacity">,
  progress: TransferProgress,
): Promise<void> {
  const store = new DiskStore(cache);
  for (const part of PARTS) {
    const source = files[part];
    if (typeof source !== "string" || !isHubData(source)) continue;
    const [, named = "", wanted = null] = /^hf:([^:]*)(?::(.+))?$/.exec(source) ?? [];
    const brought = await asked(part, async () => {
      const dataset = await lookUpDataset({ ...parseDatasetName(named, address), token, address });
      const table = findTable(dataset, part, wanted);
      const problem = tableProblem(table);
      if (problem !== null) throw new Error(`${named}: ${problem}`);
      return () => bringTable(store, dataset, table, progress);
    });
    files[part] = (await brought()).map(({ folder, file, shown }) => ({ path: join(store.path(folder), file), shown }));
  }
}

async function asked<Result>(part: DataRole, ask: () => Promise<Result>): Promise<Result> {
  return ask().catch((error: Error) => {
    throw error instanceof TypeError ? error : new ConfigurationError(`data.${part}: ${error.message}`);
  });
}
