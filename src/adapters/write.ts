/** Adapter folders as files and as a zip. */

import { strToU8, type Zippable, zipSync } from "fflate";
import { writeSafetensors } from "../hub/write-safetensors";
import { formats, withVersion } from "../versions/versions";
import { type AdapterFolder, CARD, RUN, SK_ADAPTER } from "./folder";
import { formOf } from "./forms/registry";
import { STATE, stateTensors } from "./training-state";

/** The files of an adapter folder by name, ready to be written. */
export function adapterFiles(adapter: AdapterFolder): Record<string, Uint8Array<ArrayBuffer>> {
  const run = adapter.state ? { ...adapter.run, state: adapter.state.facts } : adapter.run;
  return {
    ...formOf(adapter.config.peft_type).layout.write(adapter),
    ...(adapter.skTensors && { [SK_ADAPTER]: writeSafetensors(adapter.skTensors) }),
    ...(adapter.state && { [STATE]: writeSafetensors(stateTensors(adapter.state)) }),
    [CARD]: strToU8(adapter.modelCard),
    ...(run && { [RUN]: strToU8(`${JSON.stringify(withVersion(formats.run, run), null, 2)}\n`) }),
  };
}

/** A run's name as a folder's name: what file systems dislike becomes a dash. */
export function folderName(name: string): string {
  const safe = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._ -]+/gu, "-")
    .replace(/^[. ]+|[. ]+$/g, "");
  return safe || "adapter";
}

/**
 * The adapter as a zip with one folder in it, named after the run. Tensors are stored, text is
 * deflated.
 */
export function zipAdapter(adapter: AdapterFolder, name: string): Blob {
  const entries: Zippable = {};
  for (const [file, bytes] of Object.entries(adapterFiles(adapter))) {
    entries[`${folderName(name)}/${file}`] = [bytes, { level: file.endsWith(".safetensors") ? 0 : 6 }];
  }
  return new Blob([zipSync(entries)], { type: "application/zip" });
}
