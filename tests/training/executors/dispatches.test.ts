/**
 * Lists of dispatches on the processor: graphs and loops in order, on buffers that are read and
 * written again and again.
 */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DeviceBuffer } from "../../../src/executors/executor";
import { ProcessorExecutor } from "../../../src/executors/processor/executor";
import type { OrtModule } from "../../../src/executors/processor/module";
import { addRow } from "../../../src/kernels/add-row";
import { addScaled } from "../../../src/kernels/add-scaled";
import { attentionSoftCap } from "../../../src/kernels/attention-soft-cap";
import { columnSum } from "../../../src/kernels/column-sum";
import { type Dispatch, dispatch } from "../../../src/kernels/kernel";
import { matmul } from "../../../src/kernels/matmul";
import { placeColumns } from "../../../src/kernels/place-columns";
import { processorBuild } from "../executor";

const owner = "dispatches";
let executor: ProcessorExecutor;
/** Sessions of onnxruntime that are open. */
let open = 0;

beforeAll(async () => {
  const { factory } = await processorBuild();
  const counting = async (options: Parameters<typeof factory>[0]): Promise<OrtModule> => {
    const module = await factory(options);
    const { _OrtCreateSession: create, _OrtReleaseSession: release } = module;
    module._OrtCreateSession = (...given) => {
      open++;
      return create(...given);
    };
    module._OrtReleaseSession = (session) => {
      open--;
      return release(session);
    };
    return module;
  };
  executor = new ProcessorExecutor({ build: async () => ({ factory: counting }), threads: 1 });
  await executor.ready();
});
afterEach(() => executor.memory.releaseOwner(owner));

function buffer(label: string, values: readonly number[]): DeviceBuffer {
  const made = executor.memory.allocate(values.length * 4, { label, category: "activations", owner });
  executor.write(made, Float32Array.from(values));
  return made;
}

const compile = (list: readonly Dispatch<DeviceBuffer>[], results?: readonly DeviceBuffer[]) =>
  executor.compile(list, { owner, ...(results && { results }) });

async function replay(compiled: Awaited<ReturnType<typeof compile>>, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    const commands = executor.commands();
    commands.run(compiled);
    await commands.submit();
  }
}

const numbers = async (of: DeviceBuffer, count: number) => [...new Float32Array(await executor.read(of, count * 4))];

/** out += or = alpha · x: nodes of a graph. */
const scale = (x: DeviceBuffer, out: DeviceBuffer, alpha: number, ACCUMULATE = 0, count = 3) =>
  dispatch(addScaled, { x, out }, { count, alpha }, { ACCUMULATE });
/** Adds the row: a loop. */
const plus = (row: DeviceBuffer, out: DeviceBuffer) => dispatch(addRow, { row, out }, { rows: 1, width: 3 });

describe("in order", () => {
  test("dispatches run each time they are recorded, and running allocates nothing", async () => {
    const [x, y] = [buffer("x", [1, 2, 3]), buffer("y", [0, 0, 0])];
    const compiled = await compile([scale(x, y, 2, 1), scale(y, x, 10, 0, 2), scale(y, x, 1, 0, 0)]);
    const before = executor.memory.bytes(owner).total;
    await replay(compiled, 2);
    expect(executor.memory.bytes(owner).total).toBe(before);
    // The second wrote two of three numbers, the third none.
    expect(await numbers(y, 3)).toEqual([42, 84, 12]);
    expect(await numbers(x, 3)).toEqual([420, 840, 3]);
  });

  test("a loop reads what the graph before it wrote, and the graph after it what the loop wrote", async () => {
    const [x, y, z, one] = [
      buffer("x", [1, 2, 3]),
      buffer("y", [9, 9, 9]),
      buffer("z", [0, 0, 0]),
      buffer("one", [1, 1, 1]),
    ];
    const compiled = await compile([scale(x, y, 2), plus(one, y), scale(y, z, 10), plus(one, z), scale(z, x, 1, 1)]);
    await replay(compiled);
    expect(await numbers(y, 3)).toEqual([3, 5, 7]);
    expect(await numbers(z, 3)).toEqual([31, 51, 71]);
    expect(await numbers(x, 3)).toEqual([32, 53, 74]);
  });

  test("nothing to do is nothing done", async () => {
    const [x, y] = [buffer("x", [1, 2, 3]), buffer("y", [4, 5, 6])];
    await replay(await compile([scale(x, y, 2, 0, 0)]));
    await replay(await compile([]));
    expect(await numbers(y, 3)).toEqual([4, 5, 6]);
  });
});

describe("one buffer read and written", () => {
  test("by a kernel in place, and by one after another", async () => {
    const scores = buffer("scores", [1, -2, 40, 0]);
    const sizes = { batch: 1, queries: 2, keys: 2, heads: 1, cap: 3 };
    const twice = dispatch(attentionSoftCap, { scores }, sizes);
    await replay(await compile([twice, twice]));
    const bent = (value: number) => 3 * Math.tanh(value / 3);
    (await numbers(scores, 4)).forEach((value, place) => {
      expect(value).toBeCloseTo(bent(bent([1, -2, 40, 0][place]!)), 5);
    });
  });

  test("by two that swap their contents: each reads what was there before", async () => {
    const [x, y, spare] = [buffer("x", [1, 2, 3]), buffer("y", [4, 5, 6]), buffer("spare", [0, 0, 0])];
    const compiled = await compile([scale(x, spare, 1), scale(y, x, 1), scale(spare, y, 1)], [x, y]);
    await replay(compiled);
    expect([await numbers(x, 3), await numbers(y, 3)]).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    await replay(compiled);
    expect([await numbers(x, 3), await numbers(y, 3)]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test("what it takes to keep them apart is counted for the owner and given back", async () => {
    const y = buffer("y", [1, 2, 3]);
    const x = buffer("x", [1, 1, 1]);
    const before = executor.memory.bytes(owner);
    const compiled = await compile([scale(x, y, 1, 1)]);
    expect(executor.memory.bytes(owner).runtime).toBe(before.runtime + 16);
    compiled.release();
    expect(executor.memory.bytes(owner)).toEqual(before);
  });

  test("under two shapes", async () => {
    const [x, rows, sums] = [buffer("x", [1, 2, 3, 4, 5, 6]), buffer("rows", [0, 0, 0, 0]), buffer("sums", [0, 0])];
    const list = [
      dispatch(columnSum, { x, out: sums }, { rows: 3, width: 2 }),
      // [3, 2] as [2, 3], of which it takes [2, 2] · its transpose.
      dispatch(matmul, { a: x, b: x, out: rows }, { rows: 2, columns: 2, inner: 3, alpha: 1 }, { TRANSPOSE_B: 1 }),
    ];
    await replay(await compile(list));
    expect(await numbers(sums, 2)).toEqual([9, 12]);
    expect(await numbers(rows, 4)).toEqual([14, 32, 32, 77]);
  });

  test("fewer numbers than are read after it name both", async () => {
    const [x, y, z] = [buffer("x", [1, 2, 3]), buffer("y", [1, 2, 3]), buffer("z", [1, 2, 3])];
    await expect(compile([scale(x, y, 1, 0, 2), scale(y, z, 1, 0, 3)])).rejects.toThrow(
      "2 numbers were written where [3] is read",
    );
  });
});

describe("results", () => {
  test("only what is read after the list is written, and what its own parts read", async () => {
    const label = ["x", "inner", "between", "unread", "result"];
    const [x, inner, between, unread, result] = label.map((name) => buffer(name, [1, 2, 3])) as [
      DeviceBuffer,
      DeviceBuffer,
      DeviceBuffer,
      DeviceBuffer,
      DeviceBuffer,
    ];
    const list = [
      scale(x, inner, 2),
      scale(inner, between, 2),
      scale(x, unread, 7),
      plus(x, between),
      scale(between, result, 10),
    ];
    await replay(await compile(list, [result]));
    expect(await numbers(result, 3)).toEqual([50, 100, 150]);
    expect(await numbers(between, 3)).toEqual([5, 10, 15]);
    expect(await numbers(inner, 3)).toEqual([1, 2, 3]);
    expect(await numbers(unread, 3)).toEqual([1, 2, 3]);
  });

  test("all of it by default", async () => {
    const [x, y, z] = [buffer("x", [1, 2, 3]), buffer("y", [0, 0, 0]), buffer("z", [0, 0, 0])];
    await replay(await compile([scale(x, y, 2), scale(y, z, 2)]));
    expect([await numbers(y, 3), await numbers(z, 3)]).toEqual([
      [2, 4, 6],
      [4, 8, 12],
    ]);
  });
});

describe("columns placed in parts", () => {
  const place = (x: DeviceBuffer, out: DeviceBuffer, start: number, width: number, ACCUMULATE = 0) =>
    dispatch(placeColumns, { x, out }, { rows: 2, width, outWidth: 4, start }, { ACCUMULATE });
  const made = () => ({
    one: buffer("one", [1, 2]),
    two: buffer("two", [3, 4, 5, 6]),
    out: buffer("out", [10, 20, 30, 40, 50, 60, 70, 80]),
    sums: buffer("sums", [0, 0, 0, 0]),
  });

  test("leave the others as they were, in any order", async () => {
    const { one, two, out } = made();
    await replay(await compile([place(two, out, 2, 2), place(one, out, 0, 1)]));
    expect(await numbers(out, 8)).toEqual([1, 20, 3, 4, 2, 60, 5, 6]);
  });

  test("are read before all are there, and placed again", async () => {
    const { one, two, out, sums } = made();
    const sum = dispatch(columnSum, { x: out, out: sums }, { rows: 2, width: 4 }, { ACCUMULATE: 1 });
    await replay(await compile([place(two, out, 1, 2), sum, place(one, out, 3, 1), sum, place(one, out, 3, 1)]));
    expect(await numbers(out, 8)).toEqual([10, 3, 4, 1, 50, 5, 6, 2]);
    expect(await numbers(sums, 4)).toEqual([120, 16, 20, 123]);
  });

  test("are added to what was there, placed or not", async () => {
    const { one, two, out } = made();
    await replay(await compile([place(two, out, 1, 2), place(two, out, 2, 2, 1), place(one, out, 0, 1, 1)]));
    expect(await numbers(out, 8)).toEqual([11, 3, 7, 44, 52, 5, 11, 86]);
  });

  test("over others replace what they cover", async () => {
    const { two, out } = made();
    await replay(await compile([place(two, out, 1, 2), place(two, out, 2, 2)]));
    expect(await numbers(out, 8)).toEqual([10, 3, 3, 4, 50, 5, 5, 6]);
  });

  test("go on in what a kernel wrote before them", async () => {
    const { one, out } = made();
    const doubled = buffer("doubled", new Array(8).fill(0));
    await replay(await compile([scale(out, doubled, 2, 0, 8), place(one, doubled, 3, 1)]));
    expect(await numbers(doubled, 8)).toEqual([20, 40, 60, 1, 100, 120, 140, 2]);
  });
});

describe("sessions", () => {
  test("are shared by lists with the same graphs on other buffers, and closed with the last", async () => {
    const before = open;
    const [x, y, z] = [buffer("x", [1, 2, 3]), buffer("y", [0, 0, 0]), buffer("z", [0, 0, 0])];
    const [first, second] = await Promise.all([compile([scale(x, y, 3)]), compile([scale(y, z, 3)])]);
    expect(open).toBe(before + 1);
    const third = await compile([scale(x, z, 4)]);
    expect(open).toBe(before + 2);
    await replay(first);
    first.release();
    await replay(second);
    expect(await numbers(z, 3)).toEqual([9, 18, 27]);
    second.release();
    third.release();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(open).toBe(before);
  });

  test("name a buffer that is too small for what is read from it, with both sizes", async () => {
    const [x, y] = [buffer("short", [1, 2, 3]), buffer("y", [0, 0, 0])];
    await expect(compile([scale(x, y, 1, 0, 5)])).rejects.toThrow(/needs 20 bytes; its buffer "short" has 16/);
  });
});

test("a dispatch that does not fit its kernel is refused, naming it", async () => {
  const [x, y] = [buffer("x", [1, 2, 3]), buffer("y", [0, 0, 0])];
  const good = scale(x, y, 1);
  await expect(compile([good, { ...good, sizes: { count: 3 } }])).rejects.toThrow(
    'A dispatch of kernel "add-scaled" leaves out the size "alpha".',
  );
  await expect(compile([scale(x, x, 1)])).rejects.toThrow(
    /"add-scaled" gets the same buffer \("x"\) as "x" and as "out"/,
  );
});
