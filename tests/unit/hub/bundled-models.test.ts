import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/hub/config";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { openWeights } from "../../../src/hub/weights";
import { memoryFolder } from "./memory-folder";

const PUBLIC = new URL("../../../public/models/", import.meta.url);

describe("the models in public/models", () => {
  it("have the sizes and checksums their index says (tools/model-index.mjs)", async () => {
    const index = JSON.parse(await readFile(new URL("index.json", PUBLIC), "utf8"));
    expect(index.length).toBeGreaterThan(0);
    for (const { name, files } of index) {
      for (const [file, known] of Object.entries(files)) {
        const content = await readFile(new URL(`${name}/${file}`, PUBLIC));
        const sha256 = createHash("sha256").update(content).digest("hex");
        expect([file, { bytes: content.length, sha256 }]).toEqual([file, known]);
      }
    }
  });

  it("tiny-base opens like any folder", async () => {
    const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
    const read = async (name: string) => [name, await readFile(new URL(`tiny-base/${name}`, PUBLIC))] as const;
    const base = memoryFolder(Object.fromEntries(await Promise.all(files.map(read))));
    const config = await readConfig(base);
    const weights = await openWeights(base, []);
    expect(weights.parameters).toBe(799_584);
    const entry = weights.get("model.embed_tokens.weight", [config.vocab_size as number, config.hidden_size as number]);
    expect(entry.type).toBe("F16");
    const values = await readTensor(entry);
    expect(values.every(Number.isFinite)).toBe(true);
    const tokenizer = await openTokenizer(base);
    expect([tokenizer.padId, tokenizer.bosId, tokenizer.eosId, tokenizer.size]).toEqual([0, 1, 2, 4096]);
    expect(tokenizer.pieces("a good film").map((piece) => piece.text)).toEqual(["<|bos|>", "a", " good", " film"]);
  });
});
