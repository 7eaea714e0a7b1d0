/** Weight files: headers and values, held to what the format promises. */

import { readSafetensors } from "../../../src/hub/safetensors";
import { readTensor } from "../../../src/hub/safetensors-values";
import { bytesFile } from "../../../src/hub/sources";
import { writeSafetensors } from "../../../src/hub/write-safetensors";
import type { FuzzKind } from "../kind";
import { changeBytes, changeJson, type Json, several } from "../mutate";

export const safetensors: FuzzKind = {
  name: "safetensors",
  async prepare() {
    const file = writeSafetensors([
      { name: "a.weight", shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, at) => at / 7) },
      { name: "a.bias", shape: [3], data: new Float32Array([1, -2, 0.5]) },
      { name: "b.weight", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) },
    ]);
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const header: Json = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    const values = file.subarray(8 + length);
    return (random) => {
      const changed = random.next() < 0.4 ? several(random, file, changeBytes) : null;
      const json = changed ? null : changeJson(random, header);
      const bytes = changed?.value ?? withHeader(json!.value, values);
      return {
        what: changed?.what ?? json!.what,
        text: new TextDecoder().decode(bytes),
        bytes,
        read: async () => {
          const read = await readSafetensors(bytesFile("model.safetensors", bytes));
          for (const entry of read.tensors.values()) await readTensor(entry);
          return promised(bytes);
        },
      };
    };
  },
};

function withHeader(json: string, values: Uint8Array): Uint8Array {
  const header = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + header.length + values.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(values, 8 + header.length);
  return bytes;
}

/** What the format promises of a file that can be read: no hole, no overlap, no key twice. */
function promised(bytes: Uint8Array): string | null {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
  let keys = 0;
  const header = JSON.parse(text, (_, value) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) keys += Object.keys(value).length;
    return value;
  });
  // Every key is followed by a colon outside of quotes.
  if ((text.replace(/"(?:[^"\\]|\\.)*"/g, "").match(/:/g) ?? []).length !== keys) return "a key stands twice";
  const entries = Object.entries<{ data_offsets: [number, number] }>(header).filter(
    ([name]) => name !== "__metadata__",
  );
  const sorted = entries.map(([, { data_offsets: offsets }]) => offsets).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let at = 0;
  for (const [from, to] of sorted) {
    if (from !== at) return `bytes ${at} to ${from} belong to no tensor, or to two`;
    at = to;
  }
  return at === bytes.length - 8 - length ? null : "bytes at the end belong to no tensor";
}
