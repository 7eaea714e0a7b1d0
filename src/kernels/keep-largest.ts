/** A mask that leaves out the smallest scores: ranks above a global threshold. */

import source from "../../shaders/keep-largest.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const keepLargest = defineKernel({
  name: "keep-largest",
  source,
  bindings: { scores: "read", dropped: "read", mask: "read-write" },
  sizes: { count: "u32" },
  workgroups: ({ count }) => grid(count, 64),
});
