/**
 * Data sets of the Hub for the headless runner: files that a configuration names as `hf:…` are
 * brought into a folder of this computer, where the next comparison finds them. Not for models.
 */

import { join } from "node:path";
import type { TransferProgress } from "../../src/hub/download";
import { bringDataFile, type DataPart, likelyFiles, lookUpDataset, parseDatasetName } from "../../src/hub/hub-datasets";
import { ConfigurationError, isHubData, type NamedFiles } from "./files";
import { DiskStore, type HubAccess } from "./hub-models";

const PARTS: readonly DataPart[] = ["train", "validation", "test"];

/**
 * Replaces `hf:OWNER/NAME[@REVISION][:FILE]` by the path of the file, brought and checked. Without
 * a file it is the likeliest one of the part. What is there of the same commit is not downloaded
 * again.
 * @throws {ConfigurationError} When the name is none, the Hub refuses it, or it has no such file.
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
    if (source === null || !isHubData(source)) continue;
    const [, named = "", own] = /^hf:([^:]*)(?::(.+))?$/.exec(source) ?? [];
    const found = await asked(part, async () => lookUpDataset({ ...parseDatasetName(named, address), token, address }));
    const name = own ?? likelyFiles(found.files)[part]?.name;
    if (name === undefined || !found.files.some((file) => file.name === name)) {
      const listed = found.files.slice(0, 8).map((file) => file.name);
      const more = found.files.length > listed.length ? `, and ${found.files.length - listed.length} more` : "";
      throw new ConfigurationError(
        `data.${part}: ${named} has ${own === undefined ? `no file for this part` : `no file ${own}`}. ` +
          `Write hf:${named}:FILE with one of ${listed.join(", ")}${more}.`,
      );
    }
    const { folder, file } = await bringDataFile(store, found, name, progress);
    files[part] = join(store.path(folder), file);
  }
}

async function asked<Result>(part: DataPart, ask: () => Promise<Result>): Promise<Result> {
  return ask().catch((error: Error) => {
    throw error instanceof TypeError ? error : new ConfigurationError(`data.${part}: ${error.message}`);
  });
}
