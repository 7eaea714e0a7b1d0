/**
 * Frozen tables of the base model that PEFT saves beside an adapter: whether they are still those
 * of the open model.
 */

import { type AdapterFolder, MODEL } from "../adapters/folder";
import { LANGUAGE_HEAD } from "../adapters/target-modules";
import { readModel } from "../base/read-model";
import { readTensor } from "../hub/safetensors-values";
import type { ModelFolder } from "../hub/types";
import { wordTable } from "../models/word-table";

/** A value saved as bfloat16 differs from the base model's by at most this share of it. */
const ROUNDED = 2 ** -8;

/**
 * PEFT's `save_embedding_layers` writes embeddings and head whole, trained or not, and puts them in
 * place of the base model's.
 * @throws Error naming the tensor and how many values differ: such a table was trained or resized,
 * which no adapter here says.
 */
export async function checkSavedTables({ baseTensors = [] }: AdapterFolder, folder: ModelFolder): Promise<void> {
  if (baseTensors.length === 0) return;
  const { needed, languageHead, family, config } = await readModel(folder);
  const entries = new Map([...needed, ...languageHead.needed].map(({ tensor, entry }) => [tensor.name, entry]));
  const table = wordTable(family, config).name;
  for (const { name, shape, data } of baseTensors) {
    const tied = name === `${LANGUAGE_HEAD}.weight` && languageHead.kind === "words" ? table : undefined;
    const entry = entries.get(tied ?? name);
    if (!entry)
      throw new Error(`${MODEL}: "${name}" is saved beside the adapter, but the open model has no such tensor.`);
    if (`${entry.shape}` !== `${shape}`) {
      throw new Error(
        `${MODEL}: "${name}" has shape [${shape}] beside the adapter and [${entry.shape}] in the open model: its vocabulary ` +
          "was resized. Open the resized base model.",
      );
    }
    const own = await readTensor(entry);
    const differing = data.reduce(
      (count, value, index) => count + (Math.abs(value - own[index]!) > ROUNDED * Math.abs(own[index]!) ? 1 : 0),
      0,
    );
    if (differing === 0) continue;
    throw new Error(
      `${MODEL}: ${differing} of the ${data.length} values of "${name}" differ from the open model's, so the table was trained ` +
        "beside the adapter. Merge the adapter where it was made and open the merged model.",
    );
  }
}
