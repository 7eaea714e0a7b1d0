/** Adapter folders as files and as a zip. */

import { strToU8, type Zippable, zipSync } from "fflate";
import { writeSafetensors } from "../hub/write-safetensors";
import { formats, withVersion } from "../versions/versions";
import { HUB_HEAD, HUB_HEAD_CONFIG, HUB_MODEL, hubConfigs, toHubName } from "./adapter-hub";
import { type AdapterFolder, CARD, CONFIG, isHead, MODEL, RUN, SK_ADAPTER } from "./folder";
import { formatPeftConfig } from "./peft-config";
import { toFileName } from "./peft-names";
import { STATE, stateTensors } from "./training-state";

function peftFiles({ config, tensors }: AdapterFolder): Record<string, Uint8Array<ArrayBuffer>> {
  const stored = tensors.map((tensor) => ({ ...tensor, name: toFileName(tensor.name, config.peft_type) }));
  return { [CONFIG]: strToU8(formatPeftConfig(config)), [MODEL]: writeSafetensors(stored) };
}

function hubFiles({ config, tensors }: AdapterFolder): Record<string, Uint8Array<ArrayBuffer>> {
  const head = tensors.filter(({ name }) => isHead(name));
  const modules = tensors.filter(({ name }) => !isHead(name));
  const configs = hubConfigs(config, head[0]?.shape[0] ?? 0);
  return {
    [CONFIG]: strToU8(formatPeftConfig(configs.adapter)),
    [HUB_MODEL]: writeSafetensors(modules.map((tensor) => ({ ...tensor, name: toHubName(tensor.name) }))),
    // A language model has no head of its own.
    ...(head.length > 0 && {
      [HUB_HEAD_CONFIG]: strToU8(formatPeftConfig(configs.head)),
      [HUB_HEAD]: writeSafetensors(head),
    }),
  };
}

/** The files of an adapter folder by name, ready to be written. */
export function adapterFiles(adapter: AdapterFolder): Record<string, Uint8Array<ArrayBuffer>> {
  const run = adapter.state ? { ...adapter.run, state: adapter.state.facts } : adapter.run;
  return {
    ...(adapter.config.peft_type === "BOTTLENECK" ? hubFiles(adapter) : peftFiles(adapter)),
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

/** The adapter as a zip with one folder in it, named after the run. Tensors are stored, text is deflated. */
export function zipAdapter(adapter: AdapterFolder, name: string): Blob {
  const entries: Zippable = {};
  for (const [file, bytes] of Object.entries(adapterFiles(adapter))) {
    entries[`${folderName(name)}/${file}`] = [bytes, { level: file.endsWith(".safetensors") ? 0 : 6 }];
  }
  return new Blob([zipSync(entries)], { type: "application/zip" });
}
