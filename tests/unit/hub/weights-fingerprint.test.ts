import { expect, test } from "vitest";
import { weightsFingerprint } from "../../../src/hub/weights-fingerprint";
import { writeSafetensors } from "../../../src/hub/write-safetensors";
import { memoryFolder } from "./memory-folder";

const tensor = (name: string, shape: number[], value: number) => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});
const print = (...tensors: ReturnType<typeof tensor>[]) =>
  weightsFingerprint(memoryFolder({ "model.safetensors": writeSafetensors(tensors) }), []);

test("is of names, shapes and values of all tensors, in whatever file they lie", async () => {
  const [a, b] = [tensor("a", [100, 2], 1), tensor("b", [3], 2)];
  const whole = await print(a, b);
  expect(whole).toMatch(/^[0-9a-f]{64}$/);
  expect(await print(b, a)).toBe(whole);
  const index = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
  const sharded = memoryFolder({
    "model.safetensors.index.json": index,
    "model-1.safetensors": writeSafetensors([a]),
    "model-2.safetensors": writeSafetensors([b]),
  });
  expect(await weightsFingerprint(sharded, [])).toBe(whole);
  for (const other of [
    [tensor("c", [100, 2], 1), b],
    [tensor("a", [2, 100], 1), b],
    [tensor("a", [100, 2], 1.5), b],
    [a, tensor("b", [3], 3)],
    [a],
  ]) {
    expect(await print(...other)).not.toBe(whole);
  }
});
