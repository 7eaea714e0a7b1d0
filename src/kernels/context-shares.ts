/** What the labels of a prompt and those of the batch behind it each count for in their common mean. */

import source from "../../shaders/context-shares.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const contextShares = defineKernel({
  name: "context-shares",
  source: shared + source,
  bindings: { labels: "read", weights: "read", losses: "read", metrics: "read-write", shares: "read-write" },
  sizes: { rows: "u32", tokens: "u32", columns: "u32", count: "u32" },
  options: { WORKGROUP_WIDTH: 64 },
  workgroups: () => [1, 1, 1],
});
