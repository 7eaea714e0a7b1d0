/** Shapes of operations and what they refuse. Their values and gradients: `tests/unit/backward`. */

import { describe, expect, test } from "vitest";
import { attention } from "../../../src/operations/attention";
import { embed } from "../../../src/operations/embed";
import { linear } from "../../../src/operations/linear";
import { lastToken, meanToken } from "../../../src/operations/pool";
import { prepend } from "../../../src/operations/prepend";
import { splitColumns } from "../../../src/operations/split-columns";
import { view } from "../../../src/operations/view";
import { type Constant, Program } from "../../../src/program/program";

const trained = { initializer: { kind: "zeros" } } as const;

describe("shapes", () => {
  test("every operation's output has the shape that its description says", () => {
    const program = new Program();
    const x = program.input("x", [6, 8], "float32");
    const ids = program.input("ids", [6], "int32");
    const lengths = program.input("lengths", [2], "int32");
    expect(embed(program, "e", ids, program.weight("E", [11, 8])).shape).toEqual([6, 8]);
    expect(linear(program, "out-in", x, program.weight("W", [5, 8])).shape).toEqual([6, 5]);
    expect(linear(program, "in-out", x, program.weight("V", [8, 5]), { layout: "in-out" }).shape).toEqual([6, 5]);
    const front = program.trainable("front", [4, 8], trained);
    const prepended = prepend(program, "p", front, x, 2);
    expect(prepended.shape).toEqual([2 * (4 + 3), 8]);
    expect(splitColumns(program, ["a", "b"], x, [3, 5]).map(({ shape }) => shape)).toEqual([
      [6, 3],
      [6, 5],
    ]);
    expect(view(program, "v", x, [12, 4]).shape).toEqual([12, 4]);
    for (const pool of [lastToken, meanToken]) {
      expect(pool(program, "pooled", prepended, lengths, { batch: 2, virtualTokens: 4 }).shape).toEqual([2, 8]);
    }
  });

  test("attention: keys before the queries' own are seen by all", () => {
    const program = new Program();
    const queries = program.input("q", [2 * 3, 8], "float32");
    const keys = program.input("k", [2 * 5, 4], "float32");
    const options = { batch: 2, heads: 4, keyValueHeads: 2, headSize: 2, scale: 1, causal: true };
    const output = attention(program, "mixed", queries, keys, keys, options);
    expect(output.shape).toEqual([6, 8]);
    const bias = program.operations[0]!.inputs[3] as Constant;
    expect(bias.shape).toEqual([1, 1, 3, 5]);
    const hidden = Math.fround(-1e9);
    expect([...bias.values!()]).toEqual([0, 0, 0, hidden, hidden, 0, 0, 0, 0, hidden, 0, 0, 0, 0, 0]);
    // Every layer asks for the same mask: there is one.
    attention(program, "again", queries, keys, keys, options);
    expect(program.operations[1]!.inputs[3]).toBe(bias);
    const free = attention(program, "free", queries, keys, keys, { ...options, causal: false });
    expect(program.producer(free)!.inputs).toHaveLength(3);
  });
});

describe("refusals", () => {
  test.each([
    ["out-in", [5, 7]],
    ["in-out", [7, 5]],
  ] as const)("linear, %s: a weight for other columns, with both numbers", (layout, shape) => {
    const program = new Program();
    const x = program.input("x", [2, 8], "float32");
    expect(() => linear(program, "y", x, program.weight("W", shape), { layout })).toThrow(
      `"W" [${shape}] takes 7 columns; "x" has 8.`,
    );
  });

  test("linear: a bias and an addend together", () => {
    const program = new Program();
    const x = program.input("x", [2, 3], "float32");
    const bias = program.weight("bias", [3]);
    expect(() => linear(program, "y", x, program.weight("W", [3, 3]), { bias, addend: x })).toThrow(
      '"y" has both a bias and an addend.',
    );
  });

  test("view: another number of elements", () => {
    const program = new Program();
    const x = program.input("x", [2, 6], "float32");
    expect(() => view(program, "v", x, [5, 2])).toThrow('"x" [2,6] cannot be seen as [5,2].');
  });
});
