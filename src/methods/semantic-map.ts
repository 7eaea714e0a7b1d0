/**
 * The trainable map F of SK-Tuning. Every form starts as the identity, so that step 0 equals the
 * hard text.
 */

import * as z from "zod";
import { linear } from "../operations/linear";
import { scaleColumns } from "../operations/scale-columns";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

const mapKinds = ["dense", "lowRank", "diagonal"] as const;
export type MapKind = (typeof mapKinds)[number];

export const mapOption = (standard: MapKind) =>
  z
    .enum(mapKinds)
    .default(standard)
    .meta({
      title: "Small map F (trained)",
      description:
        "What turns the text as the model read it into the prompt or prefix. dense: a whole matrix, y = F·x. lowRank: " +
        "x + x·A·B, with fewer numbers. diagonal: one factor per column. All start by changing nothing.",
    });

export const mapRankOption = (standard: number) =>
  z
    .int()
    .min(1)
    .max(256)
    .default(standard)
    .meta({
      title: "Rank of the map F",
      description: "Inner width of A·B: smaller trains fewer numbers.",
      onlyWith: { map: ["lowRank"] },
    });

/** `x` [rows, size] → F(x), with F's tensors named `path.weight`, or `path.A` and `path.B`. */
export function applyMap(program: Program, path: string, name: string, x: Tensor, kind: MapKind, rank: number): Tensor {
  const size = x.shape[1]!;
  if (kind === "dense") {
    const weight = program.trainable(`${path}.weight`, [size, size], { initializer: { kind: "identity" } });
    return linear(program, name, x, weight);
  }
  if (kind === "diagonal") {
    const factors = program.trainable(`${path}.weight`, [size], { initializer: { kind: "ones" } });
    return scaleColumns(program, name, x, factors);
  }
  const down = program.trainable(`${path}.A`, [size, rank], {
    initializer: { kind: "uniform", bound: size ** -0.5 },
  });
  const up = program.trainable(`${path}.B`, [rank, size], { initializer: { kind: "zeros" } });
  const inner = linear(program, `${name} inner`, x, down, { layout: "in-out" });
  return linear(program, name, inner, up, { layout: "in-out", addend: x });
}
