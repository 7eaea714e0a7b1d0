/** Adapter forms as a list, and what no folder that PEFT wrote shows of one. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { formOf, forms } from "../../../src/adapters/forms/registry";
import { vera } from "../../../src/adapters/forms/vera";
import { readAdapterFiles } from "../../../src/adapters/read";
import type { NamedTensor } from "../../../src/hub/write-safetensors";
import { writingSite } from "./written";

const source = fileURLToPath(new URL("../../../src", import.meta.url));
const types = forms.map(({ type }) => type);

test("every form is found by its name, and no other is", () => {
  expect(new Set(types).size).toBe(forms.length);
  for (const form of forms) expect(formOf(form.type)).toBe(form);
  expect(() => formOf("OTHER")).toThrow(/no adapter form "OTHER"/);
});

/** Where a text compares something with a form's name. */
const asks = (text: string) => text.match(new RegExp(`(?:[!=]==?|\\bcase) "(?:${types.join("|")})"`, "g"));

/** Where a text writes settings of a form. */
const writes = (text: string) => text.match(new RegExp(`\\btype: "(?:${types.join("|")})"`, "g"));

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
const others = files.filter((path) => !/adapters.forms/.test(path));

test("no file but a form's own asks for a form's name", () => {
  expect(others.length).toBeGreaterThan(100);
  expect(others.filter((path) => asks(readFileSync(join(source, path), "utf8")))).toEqual([]);
  expect(asks('if (form.type === "LORA") return;')).toHaveLength(1);
  expect(asks('switch (form.type) { case "P_TUNING": }')).toHaveLength(1);
});

test("settings of a form are written by methods and forms alone", () => {
  const beside = others.filter((path) => !/^methods/.test(path));
  expect(beside.filter((path) => writes(readFileSync(join(source, path), "utf8")))).toEqual([]);
  expect(others.some((path) => writes(readFileSync(join(source, path), "utf8")))).toBe(true);
  expect(writes('const form = { type: "STUDIO", why } as const;')).toHaveLength(1);
  expect(writes('config: { peft_type: "LORA" }')).toBeNull();
});

test("all-linear beside VeRA's saved matrices means the modules that have vectors", async () => {
  const tensor = (name: string, ...shape: number[]): NamedTensor => ({
    name,
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  });
  const modules = ["model.layers.0.mlp.up_proj", "model.layers.0.self_attn.q_proj"];
  const vectors = modules.flatMap((path) => [tensor(`${path}.vera_lambda_d`, 2), tensor(`${path}.vera_lambda_b`, 4)]);
  const settings = { rank: 2, targets: modules, dropout: 0, initialD: 0.1, projectionKey: 0, saveProjection: true };
  const config = { ...vera.config({ type: "VERA", ...settings }, writingSite()), target_modules: "all-linear" };
  const tensors = [tensor("vera_A", 2, 3), tensor("vera_B", 4, 2), ...vectors, tensor("score.weight", 2, 3)];
  const read = await readAdapterFiles(vera.layout.write({ config, tensors }));
  expect(read.config.target_modules).toEqual(modules);
  expect(read.tensors).toHaveLength(tensors.length);
});
