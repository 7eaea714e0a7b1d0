/**
 * DyLoRA at a smaller rank than it was trained with: its folder is plain LoRA of that rank, and
 * computes the same.
 */

import { expect, test } from "vitest";
import { type LoraSettings, lora } from "../../../src/adapters/forms/lora";
import { readAdapterFiles } from "../../../src/adapters/read";
import { adapterFiles } from "../../../src/adapters/write";
import { Random } from "../../../src/data/random";
import { importedRun } from "../../../src/folders/imported-run";
import { methodOf } from "../../../src/methods/registry";
import { elementCount } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { evaluate } from "../interpreter/forward";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";
import { writingSite } from "./written";

const normal = (count: number, name: string) => {
  const random = new Random(9, name);
  return Float32Array.from({ length: count }, () => 0.3 * random.normal());
};

test.each([1, 3, 5])("rank %i of 5", async (rank) => {
  const model = await tinyModel("tiny-llama");
  const batch = new Map<string, ArrayLike<number>>([
    ...model.weights,
    ["input_ids", [5, 9, 20, 33, 1, 7, 80, 120]],
    ["lengths", [3, 4]],
  ]);
  const setup = tinySetup(model, { name: "dy", method: "dylora", options: { rank: 5, alpha: 10 } }, [], 3);
  const { program, logits } = buildTunedProgram(setup, 2, 4);
  const values = new Map(program.trainables.map(({ name, shape }) => [name, normal(elementCount(shape), name)]));
  const controller = methodOf("dylora").controller!(program, setup.options, {
    steps: 1,
    gradClip: null,
    model,
    draw: () => 0,
  });
  const held = controller.set!(null, rank).map(([tensor, numbers]) => [tensor.name, [...numbers]] as const);
  const own = evaluate(program, new Map([...batch, ...values, ...held]), [logits])(logits);

  const part = (which: "adapter" | "head") =>
    program.trainables
      .filter((tensor) => tensor.part === which)
      .map(({ name, shape }) => ({ name, shape: [...shape], data: values.get(name)! }));
  const state = {
    tensors: part("adapter"),
    controllerStates: new Map(),
    setting: rank,
    steps: 1,
    model,
    conversion: null,
  };
  const { form, tensors } = methodOf("dylora").exported!(setup.options, state);
  const config = lora.config(form as LoraSettings, writingSite());
  const written = [...tensors.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })), ...part("head")];
  const folder = await readAdapterFiles(adapterFiles({ config, tensors: written, modelCard: "", run: null }));
  expect(folder.config).toMatchObject({ peft_type: "LORA", r: rank, lora_alpha: 10 });
  expect(folder.tensors.filter(({ name }) => name.includes("lora_A")).every(({ shape }) => shape[0] === rank)).toBe(
    true,
  );
  expect(folder.tensors.filter(({ name }) => name.includes("lora_B")).every(({ shape }) => shape[1] === rank)).toBe(
    true,
  );

  const plain = buildTunedProgram(tinySetup(model, importedRun(folder, "lora").run, [], 3), 2, 4);
  const given = folder.tensors.map(({ name, data }) => [name, data] as const);
  const again = evaluate(plain.program, new Map([...batch, ...given]), [plain.logits])(plain.logits);
  again.forEach((value, index) => void expect(value).toBeCloseTo(own[index]!, 5));
});
