import { describe, expect, test } from "vitest";
import { activation } from "../../../src/operations/activation";
import { add } from "../../../src/operations/add";
import { linear } from "../../../src/operations/linear";
import { splitColumns } from "../../../src/operations/split-columns";
import { Program } from "../../../src/program/program";
import { elementBytes, elementCount, tensorBytes } from "../../../src/program/tensor";

const zeros = { initializer: { kind: "zeros" } } as const;

/** input → a → b, and a branch to c that b does not need. */
function branched() {
  const program = new Program();
  const x = program.input("x", [2, 3], "float32");
  const a = linear(program, "a", x, program.weight("A", [3, 3]));
  const c = linear(program, "c", a, program.trainable("C", [3, 3], zeros));
  const b = activation(program, "b", a, "relu");
  return { program, x, a, b, c };
}

describe("tensors", () => {
  test("sizes are products of the shape, in bytes of the type", () => {
    expect(elementCount([2, 3, 4])).toBe(24);
    expect(elementCount([])).toBe(1);
    expect(["float32", "float16", "int32"].map((type) => elementBytes(type as "float32"))).toEqual([4, 2, 4]);
    expect(tensorBytes({ shape: [3, 5], type: "float16" })).toBe(30);
  });

  test("a leaf asked for twice is the same tensor: tied weights exist once", () => {
    const program = new Program();
    expect(program.weight("embed", [5, 2])).toBe(program.weight("embed", [5, 2]));
    expect(program.trainable("F", [2, 2], zeros)).toBe(program.trainable("F", [2, 2], zeros));
    const values = () => new Float32Array(4);
    expect(program.constant("table", [4], values)).toBe(program.constant("table", [4], values));
    expect(program.provided("keys", [4], "read text")).toBe(program.provided("keys", [4], "read text"));
    expect(program.trainables).toHaveLength(1);
    expect(program.tensor("embed")).toBe(program.weight("embed", [5, 2]));
  });

  test("a name declared with another shape or role is an error with both", () => {
    const program = new Program();
    program.weight("W", [3, 4]);
    expect(() => program.weight("W", [4, 3])).toThrow('"W" is declared twice: weight [3,4] and weight [4,3]');
    expect(() => program.trainable("W", [3, 4], zeros)).toThrow("weight [3,4] and trainable [3,4]");
    const x = program.input("x", [2], "int32");
    expect(() => program.constant("x", [2], () => new Float32Array(2))).toThrow(/"x" is declared twice/);
    expect(program.tensor("x")).toBe(x);
  });

  test("an activation's name in use gets a number; a missing name is an error", () => {
    const program = new Program();
    expect([1, 2, 3].map(() => program.activation("y", [1]).name)).toEqual(["y", "y.2", "y.3"]);
    expect(() => program.tensor("z")).toThrow('The program has no tensor "z"');
  });

  test("trainables decay, but for gains, and belong to the adapter by default", () => {
    const program = new Program();
    expect(program.trainable("F", [1], zeros)).toMatchObject({ weightDecay: true, part: "adapter" });
    const bias = program.trainable("score.bias", [2], { ...zeros, weightDecay: false, part: "head" });
    for (const kind of ["ones", "identity"] as const) {
      expect(program.trainable(kind, [2, 2], { initializer: { kind } })).toMatchObject({ weightDecay: false });
    }
    expect(bias).toMatchObject({ weightDecay: false, part: "head", role: "trainable", type: "float32" });
  });
});

describe("operations", () => {
  test("producer is the operation that computes a tensor; leaves have none", () => {
    const { program, x, a, b } = branched();
    expect(program.producer(a)).toBe(program.operations[0]);
    expect(program.producer(b)?.kind).toBe("activation");
    expect(program.producer(x)).toBeUndefined();
  });

  test("needed: what outputs depend on, in order, and nothing else", () => {
    const { program, x, b, c } = branched();
    const kinds = (outputs: Parameters<Program["needed"]>[0]) =>
      program.needed(outputs).map(({ outputs: [output] }) => output!.name);
    expect(kinds([b])).toEqual(["a", "b"]);
    expect(kinds([c])).toEqual(["a", "c"]);
    expect(kinds([c, b])).toEqual(["a", "c", "b"]);
    expect(kinds([x])).toEqual([]);
  });

  test("needed: one output of an operation brings the whole operation", () => {
    const program = new Program();
    const [left] = splitColumns(program, ["left", "right"], program.input("x", [2, 4], "float32"), [1, 3]);
    expect(program.needed([left!])).toHaveLength(1);
  });

  test("active: only what lies on a path from a trainable", () => {
    const { program, x, a, b, c } = branched();
    const active = program.active();
    expect([x, a, b].some((tensor) => active.has(tensor))).toBe(false);
    expect(active.has(c)).toBe(true);
    expect(active.has(program.tensor("C"))).toBe(true);
    const sum = add(program, "sum", b, c);
    expect(program.active().has(sum)).toBe(true);
    expect(program.active().has(b)).toBe(false);
  });
});
