/**
 * Outputs of a Program computed now: values, buffers, repeated runs, and nothing left on the
 * device, also after a failure.
 */

import { beforeAll, expect, test } from "vitest";
import { held } from "../../src/base/leaves";
import { computeInto, computeValues, withSession } from "../../src/base/once";
import { type Executor, upload } from "../../src/executors/executor";
import { add } from "../../src/operations/add";
import { linear } from "../../src/operations/linear";
import { Program } from "../../src/program/program";
import { testExecutor } from "./executor";

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

const owner = "test of once";
const allocation = (label: string) => ({ label, category: "runtime", owner }) as const;

/** y = x · Wᵀ + c */
function product() {
  const program = new Program();
  const x = program.input("x", [2, 2], "float32");
  const weight = program.weight("W", [2, 2]);
  const shift = program.constant("c", [2, 2], () => Float32Array.of(10, 20, 30, 40));
  const y = add(program, "y", linear(program, "product", x, weight), shift);
  return { program, x, weight, y };
}

const X = Float32Array.of(1, 2, 3, 4);
const W = Float32Array.of(1, 0, 1, 1);

test("values from the host and from buffers, and leaves as they are", async () => {
  const { program, x, weight, y } = product();
  const bound = new Map([[weight, upload(executor, W, allocation("W"))]]);
  const before = executor.memory.bytes();
  const given = (leaf: unknown) => (leaf === x ? X : undefined);
  const values = await computeValues(executor, { program, given, leaves: held(bound) }, [weight, y]);
  expect([...values.get(weight)!]).toEqual([...W]);
  expect([...values.get(y)!]).toEqual([11, 23, 33, 47]);
  expect(executor.memory.bytes()).toEqual(before);
  executor.memory.releaseOwner(owner);
});

test("what is given comes before a bound buffer, and runs follow leaves that change", async () => {
  const { program, x, weight, y } = product();
  const never = upload(executor, new Float32Array(4).fill(7), allocation("never read"));
  const input = upload(executor, X, allocation("x"));
  const output = executor.memory.allocate(16, allocation("y"));
  const before = executor.memory.bytes();
  const computation = {
    program,
    given: (leaf: unknown) => (leaf === weight ? W : undefined),
    leaves: held(
      new Map([
        [x, input],
        [weight, never],
      ]),
    ),
  };
  const seen: number[][] = [];
  await withSession(executor, computation, new Map([[y, output]]), async (run) => {
    for (const values of [X, X.map((value) => 2 * value)]) {
      executor.write(input, values);
      await run();
      seen.push([...new Float32Array(await executor.read(output, 16))]);
    }
  });
  expect(seen).toEqual([
    [11, 23, 33, 47],
    [12, 26, 36, 54],
  ]);
  expect(executor.memory.bytes()).toEqual(before);
  executor.memory.releaseOwner(owner);
});

test("a leaf that nobody binds, or work that fails, rejects and leaves nothing behind", async () => {
  const { program, x, weight, y } = product();
  const before = executor.memory.bytes();
  const given = (leaf: unknown) => (leaf === x ? X : undefined);
  await expect(computeValues(executor, { program, given }, [y])).rejects.toThrow(
    '"W" [2,2] has no buffer: it comes from the base model',
  );
  const all = (leaf: unknown) => (leaf === x ? X : leaf === weight ? W : undefined);
  const output = executor.memory.allocate(16, allocation("y"));
  const failing = withSession(executor, { program, given: all }, new Map([[y, output]]), async (run) => {
    await run();
    throw new Error("not wanted any more");
  });
  await expect(failing).rejects.toThrow("not wanted any more");
  await computeInto(executor, { program, given: all }, new Map([[y, output]]));
  expect([...new Float32Array(await executor.read(output, 16))]).toEqual([11, 23, 33, 47]);
  executor.memory.releaseOwner(owner);
  expect(executor.memory.bytes()).toEqual(before);
});
