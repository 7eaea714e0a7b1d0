/** Before any step, what is made of a text is the model reading text and input as one. */

import { describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { logitsOf, tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const text = "Sort it:";
const llama = openTinyLlama();

describe.each(["tiny-llama", "tiny-gpt2"])("step 0 on %s", (rig) => {
  test("SK-Prefix, SK-Prompt and hard text are the model reading text and input as one", async () => {
    const own = await BaseModel.load(llama.executor, fixtureModel(rig));
    const rows = await tinyRows(own, [6, 11, 15]);
    const { bosId } = own.tokenizer;
    const textIds = own.tokenizer.encode(text);
    const begins = rig === "tiny-llama";
    expect(textIds[0] === bosId && rows.every(({ ids }) => ids[0] === bosId)).toBe(begins);
    const joined = rows.map((row) => ({
      ...row,
      ids: Int32Array.from([...textIds, ...row.ids.slice(begins ? 1 : 0)]),
    }));
    const training = { batchSize: rows.length, seed: 3 };
    const plain = llama.create(
      { data: tinyData(joined, joined, 32), runs: [{ name: "plain", method: "linear-probe" }], training },
      own,
    );
    const maps: Record<string, object> = {
      "sk-prefix": {},
      "sk-prefix lowRank": { map: "lowRank", shared: true },
      "sk-prompt": {},
      "hard-text": {},
    };
    const runs = Object.entries(maps).map(([name, options]) => ({
      name,
      method: name.split(" ")[0]!,
      options: { text, ...options },
    }));
    const tuned = llama.create({ data: tinyData(rows, rows), runs, training }, own);
    for (const { comparison } of [plain, tuned]) {
      await comparison.prepare();
      await comparison.evaluate();
    }
    const expected = await logitsOf(llama.executor, plain, "plain", 24, joined);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
    for (const { name } of runs) {
      expect(tuned.comparison.dropsLeadingToken(name)).toBe(begins);
      expect(largestDifference(await logitsOf(llama.executor, tuned, name, 16, rows), expected), name).toBeLessThan(
        1e-4,
      );
      expect(tuned.of("evaluation", name)[0]!.loss).toBeCloseTo(plain.of("evaluation")[0]!.loss, 4);
    }
    expect(own.semanticPasses.length).toBe(1);
    await llama.release();
    own.release();
  });
});
