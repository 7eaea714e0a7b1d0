/**
 * Keys and values of a prefix as PEFT packs them into one tensor, and heads that share them as
 * transformers repeats them.
 */

/**
 * Keys and values of every layer, each `[T, n_kv·d_h]`, as PEFT's `prompt_embeddings` `[T,
 * L·2·n_kv·d_h]`: in a row, layer after layer, its keys and then its values. Keys go in after
 * rotary.
 * @throws Error with both numbers when a length does not fit.
 */
export function packPrefix(
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
  virtualTokens: number,
): Float32Array {
  if (keys.length === 0 || keys.length !== values.length) {
    throw new Error(`The prefix has keys of ${keys.length} layers and values of ${values.length}.`);
  }
  const parts = keys.flatMap((layer, index) => [layer, values[index]!]);
  const size = keys[0]!.length;
  const wrong = parts.find((part) => part.length !== size);
  if (wrong || size % virtualTokens !== 0) {
    throw new Error(
      `The prefix has layers of ${size} and ${(wrong ?? keys[0]!).length} numbers for ${virtualTokens} virtual tokens.`,
    );
  }
  const width = size / virtualTokens;
  const packed = new Float32Array(parts.length * size);
  for (let token = 0; token < virtualTokens; token++) {
    parts.forEach((part, index) => {
      const row = part.subarray(token * width, (token + 1) * width);
      packed.set(row, (token * parts.length + index) * width);
    });
  }
  return packed;
}

/**
 * The inverse of `packPrefix`.
 * @throws Error with both numbers when the length does not fit.
 */
export function unpackPrefix(
  packed: Float32Array,
  layers: number,
  virtualTokens: number,
): { keys: Float32Array[]; values: Float32Array[] } {
  const width = packed.length / (2 * layers * virtualTokens);
  if (!Number.isInteger(width)) {
    throw new Error(
      `Prompt embeddings of ${packed.length} numbers do not fit ${layers} layers and ${virtualTokens} virtual tokens.`,
    );
  }
  const part = (index: number) => {
    const rows = new Float32Array(virtualTokens * width);
    for (let token = 0; token < virtualTokens; token++) {
      const start = (token * 2 * layers + index) * width;
      rows.set(packed.subarray(start, start + width), token * width);
    }
    return rows;
  };
  const indexes = Array.from({ length: layers }, (_, layer) => layer);
  return { keys: indexes.map((layer) => part(2 * layer)), values: indexes.map((layer) => part(2 * layer + 1)) };
}

/**
 * Rows of heads of `headSize` numbers with every head `times` times in its place: as models cache
 * keys and values that several query heads share, where transformers repeats them first.
 */
export function repeatHeads(rows: Float32Array, headSize: number, times: number): Float32Array {
  if (times === 1) return rows;
  const repeated = new Float32Array(rows.length * times);
  for (let head = 0; head < repeated.length / headSize; head++) {
    const start = Math.floor(head / times) * headSize;
    repeated.set(rows.subarray(start, start + headSize), head * headSize);
  }
  return repeated;
}

/**
 * The inverse of `repeatHeads`.
 * @throws Error when heads that share keys and values differ: then they were trained apart.
 */
export function shareHeads(rows: Float32Array, headSize: number, times: number): Float32Array {
  if (times === 1) return rows;
  const shared = new Float32Array(rows.length / times);
  for (let head = 0; head < shared.length / headSize; head++) {
    const start = head * times * headSize;
    shared.set(rows.subarray(start, start + headSize), head * headSize);
  }
  if (repeatHeads(shared, headSize, times).every((value, index) => value === rows[index])) return shared;
  throw new Error(
    `The prefix has keys and values of its own for each of ${times} query heads that share them in this model; it cannot be read.`,
  );
}
