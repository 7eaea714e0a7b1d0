/** Adapter folders: one file of PEFT's or of the studio's own damaged, the others whole. */

import { readdir } from "node:fs/promises";
import { readAdapterFiles } from "../../../src/adapters/read";
import { importedRun } from "../../../src/folders/imported-run";
import { bytesOf, filesOf, textOf } from "../folders";
import type { FuzzKind } from "../kind";
import { changeBytes, changeJson, type Json, pick, several } from "../mutate";

export const PEFT = "tests/fixtures/reference/peft/tiny-llama";
const RUN = {
  version: 2,
  run: { name: "LoRA", method: "lora", options: { rank: 4 }, learningRate: 0.001 },
  labels: ["neg", "pos"],
  configuration: {
    model: "bundled:tiny-base",
    data: { task: "sequence-classification", columns: { text: "text", label: "label" }, maxLength: 32 },
    training: { seed: 0, steps: 10, pooling: "mean" },
  },
};

export const adapters: FuzzKind = {
  name: "adapter folders",
  async prepare() {
    const names = await readdir(PEFT);
    const folders = await Promise.all(names.map(async (name) => ({ name, files: await filesOf(`${PEFT}/${name}`) })));
    return (random) => {
      const { name, files } = pick(random, folders);
      const whole = { ...files, "run.json": bytesOf(JSON.stringify(RUN)) };
      const file = pick(
        random,
        Object.keys(whole).filter((one) => !/\.md$/.test(one)),
      ) as keyof typeof whole;
      const bytes = whole[file]!;
      const json = file.endsWith(".json") ? changeJson(random, JSON.parse(textOf(bytes)) as Json) : null;
      const changed = json ? { value: bytesOf(json.value), what: json.what } : several(random, bytes, changeBytes);
      return {
        what: `${name}/${file}: ${changed.what}`,
        text: textOf(changed.value),
        read: async () => {
          const adapter = await readAdapterFiles({ ...whole, [file]: changed.value });
          importedRun(adapter, name);
          return oddTensor([...adapter.tensors, ...(adapter.skTensors ?? [])]);
        },
      };
    };
  },
};

export function oddTensor(
  tensors: readonly { name: string; shape: readonly number[]; data: ArrayLike<number> }[],
): string | null {
  for (const { name, shape, data } of tensors) {
    if (shape.reduce((product, size) => product * size, 1) !== data.length)
      return `${name} has not as many values as its shape`;
    if (!Array.from(data).every(Number.isFinite)) return `${name} has values that are not finite`;
  }
  return null;
}
