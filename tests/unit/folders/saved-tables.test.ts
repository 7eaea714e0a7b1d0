/**
 * Tables of the base model that PEFT saves beside an adapter: the base model's own are let pass,
 * and those that were trained or resized are named.
 */

import { strToU8 } from "fflate";
import { expect, test } from "vitest";
import type { AdapterFolder } from "../../../src/adapters/folder";
import { readAdapterFiles } from "../../../src/adapters/read";
import { readModel } from "../../../src/base/read-model";
import { checkSavedTables } from "../../../src/folders/saved-tables";
import { readTensor } from "../../../src/hub/safetensors-values";
import { type NamedTensor, writeSafetensors } from "../../../src/hub/write-safetensors";
import { fixtureFile, fixtureModel, fixtureTensors } from "../../fixtures/reference";

const TABLE = "model.embed_tokens.weight";
const folder = fixtureModel("tiny-llama");
const { needed } = await readModel(folder);
const entry = needed.find(({ tensor }) => tensor.name === TABLE)!.entry;
const own: NamedTensor = { name: TABLE, shape: entry.shape, data: Float32Array.from(await readTensor(entry)) };
const [words, width] = own.shape as [number, number];

/** The adapter that PEFT wrote, with further tensors under the names they have in its file. */
async function read(more: readonly NamedTensor[]): Promise<AdapterFolder> {
  const path = "peft/tiny-llama/lora-sequence-classification";
  const config = await fixtureFile(`${path}/adapter_config.json`);
  const json = JSON.parse(new TextDecoder().decode(await config.read(0, config.size)));
  const tensors = [...(await fixtureTensors(`${path}/adapter_model.safetensors`)).values()] as NamedTensor[];
  return readAdapterFiles({
    "adapter_config.json": strToU8(JSON.stringify(json)),
    "adapter_model.safetensors": writeSafetensors([...tensors, ...more]),
  });
}

const saved = (table: NamedTensor): NamedTensor => ({
  ...table,
  name: `base_model.model.${table.name.replace(".weight", ".base_layer.weight")}`,
});

/** To eight bits of mantissa, as bfloat16 keeps them. */
const rounded = (values: Float32Array) => {
  const bits = new Uint32Array(Float32Array.from(values).buffer).map((word) => (word + 0x8000) & 0xffff0000);
  return new Float32Array(bits.buffer);
};

test.each([
  ["as they are", own.data as Float32Array],
  ["as bfloat16", rounded(own.data as Float32Array)],
])("the base model's own embeddings %s are no tensors of the adapter, and nothing is said of them", async (_, data) => {
  const adapter = await read([saved({ ...own, data })]);
  expect(adapter.tensors).toEqual((await read([])).tensors);
  expect(adapter.baseTensors!.map(({ name }) => name)).toEqual([TABLE]);
  await expect(checkSavedTables(adapter, folder)).resolves.toBeUndefined();
});

const trained = Float32Array.from(own.data, (value, place) => value + (place < 3 ? 1 : 0));

test.each<[string, NamedTensor, RegExp]>([
  [
    "that were trained",
    { ...own, data: trained },
    new RegExp(`3 of the ${words * width} values of "model\\.embed_tokens\\.weight" differ.*trained`),
  ],
  [
    "of added tokens",
    { ...own, shape: [words + 5, width], data: new Float32Array((words + 5) * width) },
    new RegExp(
      `has shape \\[${words + 5},${width}\\] beside the adapter and \\[${words},${width}\\].*vocabulary was resized`,
    ),
  ],
  ["of another model", { ...own, name: "model.wte.weight" }, /"model\.wte\.weight" is saved .* has no such tensor/],
])("embeddings %s are refused by name", async (_, table, message) => {
  await expect(checkSavedTables(await read([saved(table)]), folder)).rejects.toThrow(message);
});

test("embeddings that were trained whole beside the adapter (modules_to_save) are refused by name", async () => {
  const whole = { ...own, name: "base_model.model.model.embed_tokens.modules_to_save.default.weight" };
  await expect(read([whole])).rejects.toThrow(
    /"base_model\.model\.model\.embed_tokens.*weight" is neither a LoRA factor/,
  );
});
