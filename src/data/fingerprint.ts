/** Whether two trainings read the same rows in the same order, and whether two files are one. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { createBreather } from "./breathe";
import type { Table } from "./table";
import type { TokenizedExample } from "./tokens";

/** SHA-256, as hexadecimal, over every row's token ids, labels, values and weights. */
export async function fingerprint(
  rows: readonly Pick<TokenizedExample, "ids" | "labels" | "values" | "weights">[],
): Promise<string> {
  const size = rows.reduce(
    (sum, { ids, labels, values, weights }) =>
      sum + 3 + ids.length + labels.length + (values?.length ?? 0) + (weights?.length ?? 0),
    0,
  );
  const all = new Float64Array(size);
  let place = 0;
  for (const { ids, labels, values = [], weights = [] } of rows) {
    all.set([ids.length, labels.length, values.length], place);
    all.set(ids, place + 3);
    all.set(labels, place + 3 + ids.length);
    // In float32, as they were before, so that a training that was left still knows its rows.
    all.set(Float32Array.from(values), place + 3 + ids.length + labels.length);
    place += 3 + ids.length + labels.length + values.length;
    all.set(weights, place);
    place += weights.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256, as hexadecimal, over a table's columns and cells, whatever the file is called. */
export async function tableFingerprint({ columns, rows }: Pick<Table, "columns" | "rows">): Promise<string> {
  const hash = sha256.create();
  const breathe = createBreather();
  for (const row of [columns, ...rows]) {
    hash.update(utf8ToBytes(`${JSON.stringify(row)}\n`));
    await breathe();
  }
  return bytesToHex(hash.digest());
}
