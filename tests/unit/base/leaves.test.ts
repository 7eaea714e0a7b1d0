/**
 * Which buffer a tensor is: the first layer that has it says it, and what nobody has is an error
 * with tensor and provider.
 */

import { expect, test } from "vitest";
import { held, type Layer, leaves, providedBy } from "../../../src/base/leaves";
import { Program } from "../../../src/program/program";

const buffer = (label: string) => ({ label, size: 16 });

test("layers are asked in order, and one that has a tensor ends the search", () => {
  const program = new Program();
  const [x, y] = [program.input("x", [4], "float32"), program.weight("y", [4])];
  const asked: string[] = [];
  const model: Layer = ({ name, role }) => {
    asked.push(name);
    return role === "weight" ? buffer(`model's ${name}`) : undefined;
  };
  expect(leaves(held(new Map([[x, buffer("batch")]])), model)(x).label).toBe("batch");
  expect(asked).toEqual([]);
  expect(leaves(held(new Map([[x, buffer("batch")]])), model)(y).label).toBe("model's y");
  expect(leaves(held(new Map([[y, buffer("replaced")]])), model)(y).label).toBe("replaced");
  expect(asked).toEqual(["y"]);
});

test("a chain is a layer of another chain", () => {
  const program = new Program();
  const [x, y] = [program.input("x", [4], "float32"), program.weight("y", [4])];
  const inner = leaves(held(new Map([[y, buffer("y")]])));
  const outer = leaves(held(new Map([[x, buffer("x")]])), inner);
  expect([x, y].map((tensor) => outer(tensor).label)).toEqual(["x", "y"]);
});

test("what nobody has is named with its shape and who should have bound it", () => {
  const program = new Program();
  const nobody = leaves();
  const chain = leaves(providedBy("training rows", new Map()));
  expect(() => nobody(program.weight("W", [3, 4]))).toThrow('"W" [3,4] has no buffer: it comes from the base model');
  expect(() => nobody(program.input("ids", [2], "int32"))).toThrow('"ids" [2] has no buffer: it comes from the batch');
  const keys = program.provided("keys", [5, 8], "read text");
  expect(() => chain(keys)).toThrow('"keys" [5,8] has no buffer: it comes from the read text');
});

test("a provider answers for what expects it alone, by name, in every Program", () => {
  const layer = providedBy("read text", new Map([["keys", buffer("keys")]]));
  const [one, other] = [new Program(), new Program()];
  expect(layer(one.provided("keys", [5, 8], "read text"))?.label).toBe("keys");
  expect(layer(other.provided("keys", [5, 8], "read text"))?.label).toBe("keys");
  expect(layer(new Program().provided("keys", [5, 8], "training rows"))).toBeUndefined();
  expect(layer(new Program().constant("keys", [5, 8], () => new Float32Array(40)))).toBeUndefined();
  expect(() => layer(one.provided("values", [5, 8], "read text"))).toThrow('The read text has no "values" [5,8].');
});
