import { expect, test } from "vitest";
import { rankGrid } from "../../../src/page/charts/rank-grid";

test("modules lie in a grid of blocks and linears, with longer names where two are alike", () => {
  const grid = rankGrid([
    { module: "transformer.h.10.attn.c_proj", rank: 1 },
    { module: "transformer.h.2.attn.c_proj", rank: 2 },
    { module: "transformer.h.2.mlp.c_proj", rank: 3 },
    { module: "transformer.h.2.attn.c_attn", rank: 0 },
  ]);
  expect(grid).toEqual({
    targets: ["attn.c_proj", "mlp.c_proj", "c_attn"],
    rows: [
      { name: "block 2", ranks: [2, 3, 0] },
      { name: "block 10", ranks: [1, null, null] },
    ],
  });
});
