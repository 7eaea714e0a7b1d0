/**
 * Opens what `npm run test:real` has prepared in the cache: real models as folders, and what
 * PyTorch computed for them, in the layout of `tests/fixtures/families`. Not for preparing it
 * (`tools/real`).
 */

import { existsSync, openAsBlob } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { blobFile, filesFolder } from "../../src/hub/sources";
import type { ModelFolder } from "../../src/hub/types";
import type { Pooling } from "../../src/models/family";
import { cache } from "../../tools/real/cache.mjs";
import { type FixtureTensor, tensors } from "../fixtures/reference";

/** The last is the bundled one, on which everything is tried. */
export const realModels = ["minilm-l6", "smollm2-135m", "tiny-base"] as const;
export type RealModel = (typeof realModels)[number];

/** Whether `-- --full` was given: what takes longer than CI has. */
export const full = process.env.STUDIO_REAL_FULL === "1";

/** `case.json` of a model. */
export interface RealCase {
  readonly text: string;
  readonly classes: number;
  readonly labels: readonly string[];
  readonly pooling: Pooling;
  readonly lora: Readonly<Record<string, unknown>>;
  readonly rows: readonly { readonly text: string; readonly label: string }[];
  /** Texts, and the ids that transformers' tokenizer gives them. */
  readonly tokens: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

export function realRig(name: RealModel) {
  const oracle = join(cache, "oracle", name);
  if (!existsSync(oracle))
    throw new Error(`${oracle} is not there. \`npm run test:real\` makes it and runs these tests.`);
  return {
    folder: () => diskFolder(join(cache, "models", name)),
    described: async (): Promise<RealCase> => JSON.parse(await readFile(join(oracle, "case.json"), "utf8")),
    tensors: async (): Promise<Map<string, FixtureTensor>> =>
      tensors(blobFile("case.safetensors", await openAsBlob(join(oracle, "case.safetensors")))),
  };
}

/** A folder of this computer, read by range. */
async function diskFolder(path: string): Promise<ModelFolder> {
  const names = (await readdir(path)).filter((name) => !name.startsWith("."));
  const files = names.map(async (name) => ({ path: name, file: await openAsBlob(join(path, name)) }));
  return filesFolder(basename(path), await Promise.all(files));
}
