/** The studio's tokenizer gives real models the ids that transformers' gives them. */

import { describe, expect, test } from "vitest";
import { openTokenizer } from "../../src/hub/tokenizer";
import { realModels, realRig } from "./rig";

describe.each(realModels)("%s", (name) => {
  test("ids are transformers'", async () => {
    const { folder, described } = realRig(name);
    const tokenizer = await openTokenizer(await folder());
    const { tokens } = await described();
    expect(tokens.length).toBeGreaterThan(10);
    for (const { text, ids } of tokens) expect(tokenizer.encode(text), text).toEqual(ids);
  });
});
