import { describe, expect, it } from "vitest";
import { formOf } from "../../../src/adapters/forms/registry";
import { packPrefix, repeatHeads, shareHeads, unpackPrefix } from "../../../src/adapters/packed-prefix";
import { type FixtureTensor, fixtureJson, fixtureTensors } from "../../fixtures/reference";

const toFileName = (name: string, type: string) => formOf(type).layout.names.toFile(name);
const fromFileName = (name: string, type: string) => formOf(type).layout.names.fromFile(name);
const floats = (tensor: FixtureTensor | undefined) => tensor!.data as Float32Array;

/** y = F x on every row of `headSize` numbers. */
function mapRows(rows: Float32Array, map: Float32Array, headSize: number): Float32Array {
  return rows.map((_, at) => {
    const row = at - (at % headSize);
    let sum = 0;
    for (let j = 0; j < headSize; j++) {
      sum += map[(at % headSize) * headSize + j]! * rows[row + j]!;
    }
    return sum;
  });
}

/** Rotary in Llama's split-half form, for `[…, T, headSize]` at positions 0 … T-1. */
function rotate(rows: Float32Array, tokens: number, headSize: number, theta: number): Float32Array {
  const half = headSize / 2;
  return rows.map((value, at) => {
    const j = at % headSize;
    const angle = (Math.floor(at / headSize) % tokens) * theta ** (-(j % half) / half);
    const other = j < half ? -rows[at + half]! : rows[at - half]!;
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** `[heads, T, headSize]` as `[T, heads·headSize]`. */
function tokensFirst(rows: Float32Array, heads: number, tokens: number, headSize: number): Float32Array {
  const joined = new Float32Array(rows.length);
  for (let head = 0; head < heads; head++) {
    for (let token = 0; token < tokens; token++) {
      const start = (head * tokens + token) * headSize;
      joined.set(rows.subarray(start, start + headSize), (token * heads + head) * headSize);
    }
  }
  return joined;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

describe("names", () => {
  const cases: [string, string, string][] = [
    ["tiny-llama", "lora", "LORA"],
    ["tiny-llama", "lora-all", "LORA"],
    ["tiny-llama", "rslora", "LORA"],
    ["tiny-qwen2", "lora", "LORA"],
    ["tiny-gpt2", "lora", "LORA"],
    ["tiny-llama", "prefix", "PREFIX_TUNING"],
    ["tiny-gpt2", "prefix", "PREFIX_TUNING"],
    ["tiny-llama", "prompt", "PROMPT_TUNING"],
    ["tiny-qwen2", "prompt-text", "PROMPT_TUNING"],
  ];
  it.each(cases)(
    "%s %s: trained tensors, renamed, are the file's names, shapes and values",
    async (rig, method, type) => {
      const note = await fixtureJson(`cases/${rig}/${method}-sequence-classification.json`);
      const trained = await fixtureTensors(`cases/${rig}/${method}-sequence-classification.safetensors`);
      const stored = await fixtureTensors(`peft/${rig}/${method}-sequence-classification/adapter_model.safetensors`);
      const names: string[] = note.trainables.map((trainable: { name: string }) => trainable.name);
      expect(names.map((name) => toFileName(name, type)).sort()).toEqual([...stored.keys()].sort());
      for (const name of names) {
        const tensor = stored.get(toFileName(name, type))!;
        expect(fromFileName(tensor.name, type)).toBe(name);
        expect(tensor.shape).toEqual(trained.get(`final.${name}`)!.shape);
        expect(largestDifference(floats(tensor), floats(trained.get(`final.${name}`)))).toBe(0);
      }
    },
  );

  it("DoRA's magnitude loses .weight in the file", () => {
    const name = "model.layers.0.self_attn.q_proj.lora_magnitude_vector.weight";
    expect(toFileName(name, "LORA")).toBe("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector");
    expect(fromFileName(toFileName(name, "LORA"), "LORA")).toBe(name);
  });

  it("a name without its prefix is an error", () => {
    expect(() => fromFileName("base_model.score.weight", "LORA")).toThrow(
      /"base_model\.score\.weight" of a LORA adapter does not begin with "base_model\.model\."/,
    );
    // But for transformers' own saving, which leaves it out whole.
    expect(fromFileName("score.weight", "LORA")).toBe("score.weight");
  });
});

describe("packing a prefix", () => {
  it.each([
    ["tiny-llama", "sk-prefix", 10_000],
    ["tiny-llama", "sk-prefix-shared", 10_000],
    ["tiny-qwen2", "sk-prefix", 10_000],
    ["tiny-gpt2", "sk-prefix", null],
  ] as const)("%s %s: the trained maps folded are what PEFT stores", async (rig, method, theta) => {
    const path = `${rig}/${method}-sequence-classification`;
    const run = await fixtureTensors(`cases/${path}.safetensors`);
    const stored = await fixtureTensors(`peft/${path}/adapter_model.safetensors`);
    const maps = await fixtureTensors(`peft/${path}/sk_adapter.safetensors`);
    const [layers, keyValueHeads, virtualTokens, headSize] = run.get("semantic.keys")!.shape as [
      number,
      number,
      number,
      number,
    ];
    const turn = (rows: Float32Array) => (theta === null ? rows : rotate(rows, virtualTokens, headSize, theta));

    const size = keyValueHeads * virtualTokens * headSize;
    const fold = (which: "K" | "V", stage: string) => {
      const rows = floats(run.get(which === "K" ? "semantic.keys" : "semantic.values"));
      const folded = new Float32Array(rows.length);
      for (let layer = 0; layer < layers; layer++) {
        const name = method === "sk-prefix-shared" ? "F.weight" : `F_${which}.${layer}.weight`;
        const map = floats(stage === "stored" ? maps.get(name) : run.get(`${stage}.${name}`));
        const mapped = mapRows(rows.subarray(layer * size, (layer + 1) * size), map, headSize);
        folded.set(which === "K" ? turn(mapped) : mapped, layer * size);
      }
      return folded;
    };
    expect(largestDifference(fold("K", "initial"), floats(run.get("front.keys")))).toBeLessThan(1e-5);
    expect(largestDifference(fold("V", "initial"), floats(run.get("front.values")))).toBeLessThan(1e-5);

    const embeddings = stored.get("prompt_embeddings")!;
    expect(embeddings.shape).toEqual([virtualTokens, layers * 2 * keyValueHeads * headSize]);
    const layered = (all: Float32Array) =>
      Array.from({ length: layers }, (_, layer) =>
        tokensFirst(all.subarray(layer * size, (layer + 1) * size), keyValueHeads, virtualTokens, headSize),
      );
    for (const stage of ["final", "stored"]) {
      const folded = { keys: layered(fold("K", stage)), values: layered(fold("V", stage)) };
      const packed = packPrefix(folded.keys, folded.values, virtualTokens);
      expect(largestDifference(packed, floats(embeddings))).toBeLessThan(1e-5);
      const unpacked = unpackPrefix(floats(embeddings), layers, virtualTokens);
      for (let layer = 0; layer < layers; layer++) {
        expect(largestDifference(unpacked.keys[layer]!, folded.keys[layer]!)).toBeLessThan(1e-5);
        expect(largestDifference(unpacked.values[layer]!, folded.values[layer]!)).toBeLessThan(1e-5);
      }
    }
    const { keys, values } = unpackPrefix(floats(embeddings), layers, virtualTokens);
    expect(packPrefix(keys, values, virtualTokens)).toEqual(floats(embeddings));
  });

  it("repeats heads that are cached once per query head, and takes them back only if they are the same", () => {
    const rows = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const repeated = Float32Array.from([1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6, 7, 8, 7, 8]);
    expect(repeatHeads(rows, 2, 2)).toEqual(repeated);
    expect(shareHeads(repeated, 2, 2)).toEqual(rows);
    expect(repeatHeads(rows, 2, 1)).toBe(rows);
    repeated[2] = 9;
    expect(() => shareHeads(repeated, 2, 2)).toThrow(/each of 2 query heads that share them/);
  });

  it("follows the index ((l·2 + {K, V})·heads + head)·size + j", () => {
    const [layers, heads, tokens, headSize] = [3, 2, 5, 7];
    const each = tokens * heads * headSize;
    const layer = (sign: number) => (_: unknown, l: number) =>
      Float32Array.from({ length: each }, (_, i) => sign * (l * each + i + 1));
    const keys = Array.from({ length: layers }, layer(1));
    const values = Array.from({ length: layers }, layer(-1));
    const packed = packPrefix(keys, values, tokens);
    expect(packed.length).toBe(tokens * layers * 2 * heads * headSize);
    const width = layers * 2 * heads * headSize;
    for (const [l, head, t, j] of [
      [2, 1, 3, 4],
      [0, 0, 0, 0],
      [1, 0, 4, 6],
    ] as const) {
      const own = (t * heads + head) * headSize + j;
      expect(packed[t * width + ((l * 2 + 0) * heads + head) * headSize + j]).toBe(keys[l]![own]);
      expect(packed[t * width + ((l * 2 + 1) * heads + head) * headSize + j]).toBe(values[l]![own]);
    }
    expect(unpackPrefix(packed, layers, tokens)).toEqual({ keys, values });
  });

  it("refuses a length that does not fit, with both numbers", () => {
    const rows = (count: number) => new Float32Array(count);
    expect(() => packPrefix([rows(6)], [rows(5)], 2)).toThrow(/layers of 6 and 5 numbers/);
    expect(() => packPrefix([rows(5)], [rows(5)], 2)).toThrow(/5 numbers for 2 virtual tokens/);
    expect(() => packPrefix([rows(6), rows(4)], [rows(6), rows(6)], 2)).toThrow(/layers of 6 and 4 numbers/);
    expect(() => unpackPrefix(rows(6), 1, 2)).toThrow(/6 numbers do not fit 1 layers and 2 virtual tokens/);
  });
});
