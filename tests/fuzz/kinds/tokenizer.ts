/**
 * tokenizer.json and tokenizer_config.json. What the Rust library refuses must be refused: it is
 * asked by `npm run test:real` (`tools/real/fuzz.py`); here ids must be within the vocabulary.
 */

import { readdir, readFile } from "node:fs/promises";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { memoryFolder } from "../../unit/hub/memory-folder";
import { bytesOf } from "../folders";
import type { FuzzKind } from "../kind";
import { changeJson, type Json, pick } from "../mutate";

const FOLDER = "tests/fixtures/tokenizers";
export const TEXTS = ["the path of the film", "Zürich, 12:30 — ok?", "  two  spaces ", "naïve 日本 🙂", ""];

export const tokenizer: FuzzKind = {
  name: "tokenizer.json",
  async prepare() {
    const all = await Promise.all(
      (await readdir(FOLDER)).map(async (name) => {
        const { tokenizer: json } = JSON.parse(await readFile(`${FOLDER}/${name}`, "utf8"));
        return { name, json: json as Json };
      }),
    );
    return (random) => {
      const { name, json } = pick(random, all);
      const ofSettings = random.next() < 0.15;
      const settings: Json = {
        bos_token: "<s>",
        eos_token: { content: "</s>" },
        add_bos_token: true,
        model_max_length: 512,
      };
      const changed = changeJson(random, ofSettings ? settings : json);
      const files: Record<string, Uint8Array> = ofSettings
        ? { "tokenizer.json": bytesOf(JSON.stringify(json)), "tokenizer_config.json": bytesOf(changed.value) }
        : { "tokenizer.json": bytesOf(changed.value) };
      return {
        what: `${name}: ${changed.what}`,
        text: changed.value,
        ...(ofSettings ? {} : { bytes: bytesOf(changed.value) }),
        read: async () => {
          const opened = await openTokenizer(memoryFolder(files));
          for (const text of TEXTS) {
            const ids = opened.encode(text);
            const odd = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= opened.size);
            if (odd !== undefined) return `the id ${JSON.stringify(odd)} for ${JSON.stringify(text)}`;
            opened.decode(ids);
            opened.pieces(text);
          }
          return null;
        },
      };
    };
  },
};
