import { describe, expect, it } from "vitest";
import { MAX_HEADER_BYTES, readSafetensors } from "../../../src/hub/safetensors";
import { readTensor, streamTensor } from "../../../src/hub/safetensors-values";
import { bytesFile } from "../../../src/hub/sources";
import { type NamedTensor, writeSafetensors } from "../../../src/hub/write-safetensors";
import { fixtureFile, fixtureTensors } from "../../fixtures/reference";

/** A file with any header text and any data, right or wrong. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0), claimed?: bigint) {
  const json =
    header instanceof Uint8Array
      ? header
      : new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytesFile("bad.safetensors", bytes);
}

const entry = (dtype: string, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

async function collect(dtype: string, data: ArrayBufferView, shape: number[], chunk = 3): Promise<number[]> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const { tensors } = await readSafetensors(file({ x: entry(dtype, shape, 0, bytes.length) }, bytes));
  const values: number[] = [];
  await streamTensor(
    tensors.get("x")!,
    (part, offset) => {
      expect(offset).toBe(values.length);
      expect(part.length).toBeLessThanOrEqual(chunk);
      values.push(...part);
    },
    chunk,
  );
  return values;
}

describe("malformed files", () => {
  const eight = new Uint8Array(8);
  const cases: [string, ReturnType<typeof file>, RegExp][] = [
    ["shorter than the length", bytesFile("bad.safetensors", new Uint8Array(5)), /bad\.safetensors: it has 5 bytes.*8/],
    ["header beyond the file", file("{}", eight, 4096n), /claims 4096 bytes, but only 10 follow/],
    [
      "header above the format's bound",
      file("{}", eight, BigInt(MAX_HEADER_BYTES) + 1n),
      /claims 100000001 bytes, but at most 100000000/,
    ],
    ["header length with the high bit", file("{}", eight, 2n ** 63n), /claims 9223372036854775808 bytes/],
    ["not UTF-8", file(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])), /header of 4 bytes is not UTF-8/],
    ["not JSON", file("{nonsense"), /header of 9 bytes is not JSON/],
    ["a list", file("[]"), /not a JSON object/],
    ["NUL padding", file("{}\0\0"), /not JSON/],
    ["metadata that is not text", file({ __metadata__: { format: 1 } }), /__metadata__ entry "format" is not text/],
    ["metadata that is no object", file({ __metadata__: "pt" }), /__metadata__ is not a JSON object/],
    [
      "a name twice over the same bytes",
      file(`{"w":${JSON.stringify(entry("F32", [2], 0, 8))},"w":${JSON.stringify(entry("F32", [2], 0, 8))}}`, eight),
      /header of \d+ bytes has the key "w" twice/,
    ],
    [
      "dtype twice",
      file('{"w":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}', eight),
      /has the key "dtype" twice/,
    ],
    ["lists without end", file(`{"w":${"[".repeat(2000)}${"]".repeat(2000)}}`), /nested deeper than 128/],
    [
      "a long name",
      file({ ["n".repeat(5000)]: 7 }),
      /^bad\.safetensors: tensor "n{80}… \(5000 characters\)" is not .{1,90}$/,
    ],
    ["an entry that is no object", file({ w: 7 }), /tensor "w" is not described/],
    [
      "unknown type",
      file({ w: entry("F7", [2], 0, 8) }, eight),
      /tensor "w" has the unknown type "F7"; known types are/,
    ],
    ["a type from Object", file({ w: entry("toString", [2], 0, 8) }, eight), /unknown type "toString"/],
    ["a shape with a fraction", file({ w: entry("F32", [1.5], 0, 8) }, eight), /tensor "w" has the shape \[1\.5\]/],
    ["a negative size", file({ w: entry("F32", [-2], 0, 8) }, eight), /tensor "w" has the shape \[-2\]/],
    ["offsets that are text", file({ w: entry("F32", [2], "0", 8) }, eight), /data_offsets \["0",8\]/],
    ["begin after end", file({ w: entry("F32", [2], 8, 0) }, eight), /begins at byte 8, after its end at byte 0/],
    [
      "an end outside the file",
      file({ w: entry("F32", [4], 0, 16) }, eight),
      /tensor "w" ends at byte 16, but the file holds only 8 bytes/,
    ],
    [
      "size and shape that differ",
      file({ w: entry("F32", [3], 0, 8) }, eight),
      /tensor "w" of type F32 and shape \[3\] needs 12 bytes, but has 8/,
    ],
    [
      "a shape whose product overflows",
      file({ w: entry("F32", [2 ** 40, 2 ** 40], 0, 8) }, eight),
      /needs more bytes than can be counted, but has 8/,
    ],
    [
      "overlap",
      file({ a: entry("F32", [2], 0, 8), b: entry("F32", [1], 4, 8) }, eight),
      /tensor "b" begins at byte 4, inside tensor "a", which ends at 8/,
    ],
    [
      "a hole",
      file({ a: entry("U8", [2], 0, 2), b: entry("F32", [1], 4, 8) }, eight),
      /2 bytes before tensor "b" \(byte 4\) belong to no tensor/,
    ],
    [
      "bytes after the last tensor",
      file({ a: entry("F32", [1], 0, 4) }, eight),
      /cover 4 bytes of data, but it holds 8/,
    ],
    [
      "a name twice, which would leave a hole",
      file(`{"a":${JSON.stringify(entry("F32", [1], 0, 4))},"a":${JSON.stringify(entry("F32", [1], 4, 8))}}`, eight),
      /has the key "a" twice/,
    ],
  ];
  it.each(cases)("%s", async (_, bad, message) => {
    await expect(readSafetensors(bad)).rejects.toThrow(message);
  });

  it("refuses to convert a type that holds no weights, and a file that ends early", async () => {
    const ints = await readSafetensors(file({ w: entry("I64", [1], 0, 8) }, eight));
    await expect(streamTensor(ints.tensors.get("w")!, () => {})).rejects.toThrow(
      /"w" has type I64; weights must be F32/,
    );
    const good = await readSafetensors(file({ w: entry("F32", [2], 0, 8) }, eight));
    const w = good.tensors.get("w")!;
    const short = { ...w, file: { ...w.file, read: async () => new Uint8Array(3) } };
    await expect(streamTensor(short, () => {})).rejects.toThrow(/only 3 came/);
  });
});

describe("what the format allows", () => {
  it("takes null as no metadata, as Rust's reader does", async () => {
    const { metadata, tensors } = await readSafetensors(
      file({ __metadata__: null, w: entry("F32", [1], 0, 4) }, new Uint8Array(4)),
    );
    expect([metadata.size, [...tensors.keys()]]).toEqual([0, ["w"]]);
  });

  it("reads no tensors, scalars, empty tensors, spaces around the header and names like __proto__", async () => {
    expect((await readSafetensors(file("{}"))).tensors.size).toBe(0);
    const scalar = entry("F32", [], 0, 4);
    const text = `  {"__proto__":${JSON.stringify(scalar)},"e":${JSON.stringify(entry("F16", [0, 5], 4, 4))}}   `;
    const { tensors } = await readSafetensors(file(text, new Uint8Array(new Float32Array([2.5]).buffer)));
    expect([...tensors.keys()].sort()).toEqual(["__proto__", "e"]);
    expect([...(await readTensor(tensors.get("__proto__")!))]).toEqual([2.5]);
    expect(await readTensor(tensors.get("e")!)).toHaveLength(0);
    let called = false;
    await streamTensor(tensors.get("e")!, () => {
      called = true;
    });
    expect(called).toBe(false);
  });
});

describe("conversion to float32", () => {
  it("float16: every bit pattern against its definition", async () => {
    const bits = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);
    const values = await collect("F16", bits, [1 << 16], 4099);
    const known: [number, number][] = [
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3c00, 1],
      [0x3555, 0.333251953125],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
    ];
    for (const [pattern, value] of known) {
      expect(values[pattern]).toBe(value);
    }
    expect(Object.is(values[0x8000], -0)).toBe(true);
    for (const pattern of [0x7c01, 0x7e00, 0x7fff, 0xfe00]) {
      expect(values[pattern]).toBeNaN();
    }
    // Positive finite patterns rise with their bits, and negating the sign bit negates the value.
    for (let i = 1; i <= 0x7bff; i++) {
      expect(values[i]! > values[i - 1]!).toBe(true);
    }
    expect(values.slice(0x8001, 0xfc00).every((value, i) => value === -values[i + 1]!)).toBe(true);
  });

  it("bfloat16: normal, subnormal, infinite and not a number", async () => {
    const bits = new Uint16Array([0x3f80, 0xc049, 0x0001, 0x007f, 0x8000, 0x7f80, 0xff80, 0x7fc0, 0x7f7f]);
    const values = await collect("BF16", bits, [9], 2);
    expect(values.slice(0, 4)).toEqual([1, -3.140625, 2 ** -133, 127 * 2 ** -133]);
    expect(Object.is(values[4], -0)).toBe(true);
    expect(values.slice(5, 7)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(values[7]).toBeNaN();
    expect(values[8]).toBe(255 * 2 ** 120);
  });

  it("float32 and float64, from bytes at odd places", async () => {
    const source = new Float32Array([1.5, -0, 2 ** -149, Number.POSITIVE_INFINITY, 3.4e38]);
    expect(await collect("F32", source, [5], 2)).toEqual([...source]);
    expect(await collect("F64", new Float64Array([0.1, 1e300, -2]), [3])).toEqual([
      Math.fround(0.1),
      Number.POSITIVE_INFINITY,
      -2,
    ]);
  });

  it("reuses one buffer and waits for the consumer", async () => {
    const { tensors } = await readSafetensors(await fixtureFile("models/tiny-llama/model.safetensors"));
    const buffers = new Set<ArrayBufferLike>();
    let busy = false;
    let seen = 0;
    await streamTensor(
      tensors.get("model.embed_tokens.weight")!,
      async (values) => {
        expect(busy).toBe(false);
        busy = true;
        buffers.add(values.buffer);
        seen += values.length;
        await new Promise((resolve) => setTimeout(resolve, 0));
        busy = false;
      },
      1000,
    );
    expect(seen).toBe(384 * 48);
    expect(buffers.size).toBe(1);
  });

  it("a consumer's error ends the reading", async () => {
    const { tensors } = await readSafetensors(await fixtureFile("models/tiny-llama/model.safetensors"));
    const stop = streamTensor(
      tensors.get("model.embed_tokens.weight")!,
      () => {
        throw new Error("no room");
      },
      1000,
    );
    await expect(stop).rejects.toThrow("no room");
  });
});

describe("writing", () => {
  const adapters = [
    "peft/tiny-llama/lora-all-sequence-classification/adapter_model.safetensors",
    "peft/tiny-gpt2/lora-sequence-classification/adapter_model.safetensors",
    "peft/tiny-llama/sk-prefix-sequence-classification/adapter_model.safetensors",
    "peft/tiny-llama/sk-prefix-sequence-classification/sk_adapter.safetensors",
  ];
  it.each(adapters)("gives byte for byte what the Python library wrote: %s", async (path) => {
    const original = await fixtureFile(path);
    const tensors = [...(await fixtureTensors(path)).values()] as NamedTensor[];
    const written = writeSafetensors(tensors.reverse());
    expect(Buffer.compare(written, await original.read(0, original.size))).toBe(0);
  });

  it("round trip with odd sizes, an empty tensor and a scalar", async () => {
    const tensors: NamedTensor[] = [
      { name: "z", shape: [3, 5], data: Float32Array.from({ length: 15 }, (_, i) => i / 7) },
      { name: "empty", shape: [0, 4], data: new Float32Array(0) },
      { name: "scalar ü", shape: [], data: new Float32Array([Number.NaN]) },
    ];
    const bytes = writeSafetensors(tensors, { format: "pt", by: "test" });
    const read = await readSafetensors(bytesFile("out", bytes));
    expect(read.metadata.get("by")).toBe("test");
    expect([...read.tensors.keys()]).toEqual(["empty", "scalar ü", "z"]);
    for (const { name, shape, data } of tensors) {
      expect(read.tensors.get(name)!.shape).toEqual(shape);
      expect(await readTensor(read.tensors.get(name)!)).toEqual(data);
    }
  });

  it("refuses a shape that does not fit and a name twice", () => {
    const data = new Float32Array(5);
    expect(() => writeSafetensors([{ name: "w", shape: [2, 3], data }])).toThrow(
      /"w" of shape \[2,3\] needs 6 values, but has 5/,
    );
    expect(() =>
      writeSafetensors([
        { name: "w", shape: [5], data },
        { name: "w", shape: [5], data },
      ]),
    ).toThrow(/"w" is given twice/);
  });
});
