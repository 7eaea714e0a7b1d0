/** Memory of the processor's executor, on a module that has nothing but memory. */

import { beforeEach, describe, expect, test } from "vitest";
import { OutOfMemoryError } from "../../../src/executors/executor";
import { ProcessorCommands } from "../../../src/executors/processor/commands";
import { HeapMemory } from "../../../src/executors/processor/heap";
import { ADDRESSABLE, CAPACITY } from "../../../src/executors/processor/limits";
import type { OrtModule } from "../../../src/executors/processor/module";
import { HeapReadbackRing } from "../../../src/executors/processor/readback";

const BYTES = 4096;
let memory: HeapMemory;
let freed: number[];
let asked: number[];

beforeEach(() => {
  freed = [];
  asked = [];
  let next = 16;
  const module = {
    HEAPU8: new Uint8Array(BYTES).fill(255),
    _malloc(bytes: number) {
      asked.push(bytes);
      if (next + bytes > BYTES) return 0;
      next += bytes;
      return next - bytes;
    },
    _free: (pointer: number) => void freed.push(pointer),
  };
  memory = new HeapMemory(() => module as unknown as OrtModule);
});

const allocation = (label: string, owner = "one", category: "weights" | "runtime" = "runtime") => ({
  label,
  owner,
  category,
});

describe("HeapMemory", () => {
  test("gives zeros, in multiples of 16 bytes", () => {
    const [small, large] = [memory.allocate(3, allocation("small")), memory.allocate(17, allocation("large"))];
    expect([small.size, large.size]).toEqual([16, 32]);
    expect([...small.bytes, ...large.bytes].every((byte) => byte === 0)).toBe(true);
    small.f32[0] = 1;
    expect(small.i32[0]).toBe(0x3f800000);
  });

  test("counts bytes by category and owner, and what is not its own as onnxruntime's", async () => {
    memory.allocate(64, allocation("w", "one", "weights"));
    memory.allocate(32, allocation("m", "one"));
    memory.allocate(16, allocation("m", "two"));
    expect(memory.bytes("one")).toMatchObject({ weights: 64, runtime: 32, onnxruntime: 0, total: 96 });
    expect(memory.bytes("two")).toMatchObject({ weights: 0, runtime: 16, total: 16 });
    expect(memory.bytes()).toMatchObject({ weights: 64, runtime: 48, onnxruntime: BYTES - 112, total: BYTES });
    await memory.settled();
  });

  test("takes back what is released, once", () => {
    const [first, second, other] = ["a", "b", "c"].map((label) =>
      memory.allocate(16, allocation(label, label === "c" ? "two" : "one")),
    );
    memory.release(first!);
    memory.release(first!);
    expect(freed).toEqual([first!.pointer]);
    memory.releaseOwner("one");
    expect(freed).toEqual([first!.pointer, second!.pointer]);
    expect(memory.bytes("two").total).toBe(other!.size);
  });

  test("says what needs how much where there is no more", () => {
    memory.allocate(3000, allocation("first"));
    const fail = () => memory.allocate(2000, allocation("activations of run 2"));
    expect(fail).toThrow(OutOfMemoryError);
    expect(fail).toThrow(/"activations of run 2" needs 2000 bytes on top of the 4096 bytes in use/);
    expect(fail).toThrow(String(CAPACITY));
    try {
      fail();
    } catch (error) {
      expect(error).toMatchObject({ label: "activations of run 2", bytes: 2000 });
    }
    expect(memory.bytes("one").total).toBe(3008);
  });

  test("never asks for more than addresses reach", () => {
    asked = [];
    expect(() => memory.allocate(ADDRESSABLE, allocation("table"))).toThrow(OutOfMemoryError);
    expect(asked).toEqual([]);
  });
});

describe("ProcessorCommands", () => {
  test("carry out nothing until they are submitted, then all in order", async () => {
    const [from, to] = [memory.allocate(16, allocation("from")), memory.allocate(16, allocation("to"))];
    from.i32.set([1, 2, 3, 4]);
    const commands = new ProcessorCommands();
    commands.copy(from, 4, to, 0, 8);
    commands.clear(from, 8);
    commands.copy(from, 0, to, 8, 8);
    commands.clear(from, 0, 4);
    expect([...to.i32]).toEqual([0, 0, 0, 0]);
    await commands.submit();
    expect([...to.i32]).toEqual([2, 3, 1, 2]);
    expect([...from.i32]).toEqual([0, 2, 0, 0]);
  });
});

describe("HeapReadbackRing", () => {
  function open(slots: number, deliver?: (value: number) => void) {
    const source = memory.allocate(8, allocation("step figures"));
    const delivered: [number, number][] = [];
    const ring = new HeapReadbackRing<number>({ slots, bytes: 8, owner: "ring" }, (data, tag) => {
      const value = new Float32Array(data)[0]!;
      deliver?.(value);
      delivered.push([value, tag]);
    });
    const step = async (tag: number) => {
      await ring.ready();
      source.f32[0] = tag * 1.5;
      const commands = new ProcessorCommands();
      ring.push(commands, source, 4, tag);
      await commands.submit();
      // What is delivered is what was there when the commands were carried out.
      source.f32[0] = -1;
      ring.submitted();
    };
    return { source, ring, delivered, step };
  }

  test("delivers every copy in order", async () => {
    const { ring, delivered, step } = open(2);
    for (let tag = 0; tag < 5; tag++) await step(tag);
    await ring.drained();
    expect(delivered).toEqual([0, 1, 2, 3, 4].map((tag) => [tag * 1.5, tag]));
  });

  test("refuses a copy when none is free or it is too large", () => {
    const { ring, source } = open(1);
    const commands = new ProcessorCommands();
    expect(() => ring.push(commands, source, 12, 0)).toThrow(/12 bytes.*8/);
    ring.push(commands, source, 4, 0);
    expect(() => ring.push(commands, source, 4, 1)).toThrow(/ready/);
  });

  test("rejects with what its callback threw", async () => {
    const { ring, step } = open(2, () => {
      throw new Error("unwanted value");
    });
    await step(0);
    await expect(ring.drained()).rejects.toThrow("unwanted value");
    await expect(ring.ready()).rejects.toThrow("unwanted value");
  });

  test("drops what is on its way when it is released", async () => {
    const { ring, source, delivered } = open(2);
    const commands = new ProcessorCommands();
    ring.push(commands, source, 4, 0);
    await commands.submit();
    ring.release();
    ring.submitted();
    expect(delivered).toEqual([]);
  });
});
