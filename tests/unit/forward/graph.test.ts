import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { writeGraph } from "../../../src/forward/graph";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import {
  AttributeProto_AttributeType,
  type GraphProto,
  ModelProtoSchema,
  TensorProto_DataType,
  type ValueInfoProto,
} from "../../../src/onnx/onnx_pb";
import { activation } from "../../../src/operations/activation";
import { embed } from "../../../src/operations/embed";
import { linear } from "../../../src/operations/linear";
import { rmsNorm } from "../../../src/operations/norm";
import { Program } from "../../../src/program/program";
import { elementCount } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson } from "../../fixtures/reference";

const decode = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, bytes);

/** A value's name, element type and shape. */
function described({ name, type }: ValueInfoProto) {
  if (type?.value.case !== "tensorType") throw new Error(`${name} is no tensor.`);
  const { elemType, shape } = type.value.value;
  return { name, type: elemType, shape: shape!.dim.map(({ value }) => Number(value.value)) };
}

async function tuned(rig: string, method: string, pooling: "last" | "mean" = "last") {
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const config = family.readConfig(json);
  const randomIds = (count: number) => Array.from({ length: count }, (_, id) => id);
  const context = { family, config, textIds: [4, 5, 6], randomIds };
  const options = methodOf(method).options(context).parse({});
  return buildTunedProgram(
    { method: methodOf(method), options, context, task: sequenceClassification, classes: 3, pooling },
    2,
    5,
  );
}

/**
 * Every value is computed before it is used, and once; returns the names of the graph's inputs that
 * are read.
 */
function checkOrder(graph: GraphProto): Set<string> {
  const known = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  expect(known.size).toBe(graph.input.length + graph.initializer.length);
  const read = new Set<string>();
  for (const node of graph.node) {
    for (const name of node.input.filter((input) => input !== "")) {
      expect(known, `${node.name} reads ${name}`).toContain(name);
      read.add(name);
    }
    for (const name of node.output) {
      expect(known, `${node.name} writes ${name} again`).not.toContain(name);
      known.add(name);
    }
  }
  for (const { name } of graph.output) expect(known).toContain(name);
  return read;
}

const kinds = ["linear-probe", "hard-text", "sk-prefix", "sk-prompt", "lora", "prefix", "prompt"];

describe.each(["tiny-llama", "tiny-qwen2", "tiny-gpt2"])("%s", (rig) => {
  test.each(kinds)("%s: inputs are the leaves, and no weight is inside the graph", async (method) => {
    const { program, logits, backward, built } = await tuned(rig, method);
    const outputs = [logits, ...backward.saved];
    const written = writeGraph(program, outputs);
    const model = decode(written.bytes);
    const graph = model.graph!;
    expect(model.irVersion).toBe(10n);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ["", 21n],
      ["com.microsoft", 1n],
    ]);

    const types = {
      float32: TensorProto_DataType.FLOAT,
      float16: TensorProto_DataType.FLOAT16,
      int32: TensorProto_DataType.INT32,
    };
    const infos = (tensors: typeof outputs) =>
      tensors.map(({ name, shape, type }) => ({ name, type: types[type], shape }));
    expect(graph.input.map(described)).toEqual(infos([...written.inputs]));
    expect(graph.output.map(described)).toEqual(infos(outputs));
    expect(written.outputs).toEqual(outputs);
    expect(written.inputs.every(({ role }) => role !== "activation")).toBe(true);
    const leaves = program.needed(outputs).flatMap(({ inputs }) => inputs.filter(({ role }) => role !== "activation"));
    expect(new Set(written.inputs)).toEqual(new Set(leaves));

    // Initializers are literals: shapes, axes and positions, of which there is at most one int64 a
    // row.
    for (const { name, dims, rawData } of graph.initializer) {
      expect(name).toMatch(/^literal \d+$/);
      expect(rawData.length).toBeLessThanOrEqual(8 * built.hidden.shape[0]!);
      expect(dims.length).toBeGreaterThan(0);
    }
    const read = checkOrder(graph);
    for (const { name } of graph.input) expect(read).toContain(name);
    expect(new Set(graph.node.map(({ name }) => name)).size).toBe(graph.node.length);
  });
});

test("the same Program gives the same bytes", async () => {
  const bytes = async () => {
    const { program, logits, backward } = await tuned("tiny-llama", "sk-prefix", "mean");
    return writeGraph(program, [logits, ...backward.saved]).bytes;
  };
  expect(await bytes()).toEqual(await bytes());
});

test("float16 matrices are cast, or unpacked from words, where they are used; of a table only the rows", () => {
  const program = new Program("float16");
  const table = program.weight("table", [10, 6]);
  const odd = program.weight("odd", [3, 6]);
  const x = embed(program, "x", program.input("ids", [4], "int32"), table);
  const y = linear(program, "y", x, odd, { bias: program.weight("bias", [3]) });
  const z = linear(program, "z", y, program.weight("W", [5, 3]));
  const graph = writeGraph(program, [z]);
  const types = (bytes: Uint8Array) =>
    decode(bytes)
      .graph!.input.map(described)
      .map(({ name, type, shape }) => [name, type, ...shape]);
  const { FLOAT, FLOAT16, INT32, UINT32 } = TensorProto_DataType;
  const rest = [
    ["bias", FLOAT, 3],
    // Three columns make no whole words.
    ["W", FLOAT, 5, 3],
  ];
  expect(types(graph.bytes)).toEqual([["ids", INT32, 4], ["table", FLOAT16, 10, 6], ["odd", FLOAT16, 3, 6], ...rest]);
  const operators = decode(graph.bytes).graph!.node.map(({ opType }) => opType);
  expect(operators).toEqual(["Gather", "Cast", "Cast", "Gemm", "Gemm"]);
  const packed = graph.pack();
  expect(packed.packed).toBe(true);
  expect(packed.pack()).toBe(packed);
  expect(types(packed.bytes)).toEqual([
    ["ids", INT32, 4],
    ["table", UINT32, 10, 3],
    ["float16 values", FLOAT, 65536],
    ["odd", UINT32, 3, 3],
    ...rest,
  ]);
});

test("only what the outputs depend on is written", async () => {
  const { program, built, logits } = await tuned("tiny-llama", "linear-probe");
  const whole = decode(writeGraph(program, [logits]).bytes).graph!;
  const half = writeGraph(program, [built.states[1]!]);
  expect(decode(half.bytes).graph!.node.length).toBeLessThan(whole.node.length);
  expect(half.inputs.filter(({ name }) => /layers\.1|score|model\.norm/.test(name))).toEqual([]);
});

test("nodes carry their operator, domain, name, attributes and tensors' names", () => {
  const program = new Program();
  const x = program.input("x", [2, 4], "float32");
  const normed = rmsNorm(program, "normed", x, program.weight("gain", [4]), 1e-5);
  const y = linear(program, "y", normed, program.weight("W", [3, 4]), { bias: program.weight("b", [3]), scale: 0.5 });
  const { bytes, inputs } = writeGraph(program, [activation(program, "z", y, "silu")]);
  const { node } = decode(bytes).graph!;
  expect(inputs.map(({ name }) => name)).toEqual(["x", "gain", "W", "b"]);
  expect(node.map(({ opType, domain, name, input, output }) => ({ opType, domain, name, input, output }))).toEqual([
    {
      opType: "SimplifiedLayerNormalization",
      domain: "",
      name: "SimplifiedLayerNormalization 0",
      input: ["x", "gain"],
      output: ["normed"],
    },
    { opType: "Gemm", domain: "", name: "Gemm 1", input: ["normed", "W", "b"], output: ["y"] },
    { opType: "QuickGelu", domain: "com.microsoft", name: "QuickGelu 2", input: ["y"], output: ["z"] },
  ]);
  const attributes = node.map(({ attribute }) =>
    attribute.map(({ name, type, f, i }) => [name, type === AttributeProto_AttributeType.FLOAT ? f : i]),
  );
  const { FLOAT, INT } = AttributeProto_AttributeType;
  expect(node[1]!.attribute.map(({ type }) => type)).toEqual([FLOAT, FLOAT, INT]);
  expect(attributes).toEqual([
    [
      ["axis", -1n],
      ["epsilon", Math.fround(1e-5)],
    ],
    [
      ["alpha", 0.5],
      ["beta", 1],
      ["transB", 1n],
    ],
    [["alpha", 1]],
  ]);
});

test("equal literals are written once, with their type, shape and little-endian values", async () => {
  const { program, logits } = await tuned("tiny-llama", "linear-probe", "mean");
  const { initializer } = decode(writeGraph(program, [logits]).bytes).graph!;
  const contents = initializer.map(({ dataType, dims, rawData }) => `${dataType} [${dims}] ${rawData}`);
  expect(new Set(contents).size).toBe(contents.length);
  const width = { [TensorProto_DataType.INT64]: 8, [TensorProto_DataType.INT32]: 4 } as Record<number, number>;
  for (const { dataType, dims, rawData } of initializer) {
    expect(rawData.length).toBe(width[dataType]! * elementCount(dims.map(Number)));
  }
  // The mean's positions: 5 tokens, nothing before them.
  const positions = initializer.find(({ dataType, dims }) => dataType === TensorProto_DataType.INT32 && dims[1] === 5n);
  expect([...new Int32Array(positions!.rawData.slice().buffer)]).toEqual([0, 1, 2, 3, 4]);
});
