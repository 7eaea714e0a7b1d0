/**
 * Damaged weight files and tokenizers, kept in the cache with what the studio says of them.
 * `tools/real/fuzz.py` then asks the Rust libraries: what those refuse must be refused here.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Random } from "../../src/data/random";
import { openTokenizer } from "../../src/hub/tokenizer";
import { cache } from "../../tools/real/cache.mjs";
import type { FuzzKind } from "../fuzz/kind";
import { safetensors } from "../fuzz/kinds/safetensors";
import { TEXTS, tokenizer } from "../fuzz/kinds/tokenizer";
import { memoryFolder } from "../unit/hub/memory-folder";
import { full } from "./rig";

const INPUTS = full ? 4000 : 400;

/** Writes inputs of a kind with what `answer` makes of them, or why it refuses. */
async function keep(kind: FuzzKind, answer: (bytes: Uint8Array, read: () => Promise<unknown>) => Promise<unknown>) {
  const make = await kind.prepare();
  const lines: string[] = [];
  let accepted = 0;
  for (let seed = 0; seed < INPUTS; seed++) {
    const { bytes, read } = make(new Random(seed, kind.name));
    if (!bytes) continue;
    const said = await answer(bytes, read).then(
      (value) => ({ value }),
      (error: Error) => ({ refused: error.message.slice(0, 300) }),
    );
    if ("value" in said) accepted++;
    lines.push(JSON.stringify({ seed, bytes: Buffer.from(bytes).toString("base64"), ...said }));
  }
  await mkdir(join(cache, "fuzz"), { recursive: true });
  await writeFile(join(cache, "fuzz", `${kind.name}.jsonl`), `${lines.join("\n")}\n`);
  // Of either there must be some, or nothing is compared.
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(lines.length);
}

it("weight files", () => keep(safetensors, (_, read) => read().then(() => true)));

it("tokenizers", () =>
  keep(tokenizer, async (bytes) => {
    const opened = await openTokenizer(memoryFolder({ "tokenizer.json": bytes }));
    return TEXTS.map((text) => [text, opened.encode(text)]);
  }));
