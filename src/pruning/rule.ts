/** What a rule of pruning is: by what rows and labels of a batch are kept. One file each. */

import * as z from "zod";
import type { LABEL_RULES } from "../kernels/label-scores";
import type { ROW_RULES } from "../kernels/row-scores";

const share = z.number().gt(0).max(1);

/** Of the rows of every batch that have labels, rounded up. */
export const rowsKept = (start = 0.25) =>
  share.default(start).meta({
    title: "Share of rows",
    description: "Of the rows of every batch so many are learned from, rounded up; 1: all.",
  });

/** Of the labels of every row that is kept, rounded up. */
export const tokensKept = (start = 1) =>
  share.default(start).meta({
    title: "Share of tokens",
    description: "Of the learned tokens of every row that is kept, rounded up; 1: all. Where a row has one label: 1.",
    ofTokens: true,
  });

/** The fields that its form is made from, each with title, description and default. */
type Fields = {
  readonly by: z.ZodLiteral<string>;
  readonly rows: ReturnType<typeof rowsKept>;
  readonly tokens: ReturnType<typeof tokensKept>;
} & z.ZodRawShape;

export interface PruningRule<Shape extends Fields = Fields> {
  readonly title: string;
  /** What is kept, and whose idea it is, in a sentence or two. */
  readonly summary: string;
  readonly schema: z.ZodObject<Shape, z.core.$strict>;
  /** Whether it is of responses to prompts alone. */
  readonly ofResponses?: true;
  /** Whether change of loss takes the place of loss: that since before training. Default: no. */
  readonly earlier?: (settings: z.output<z.ZodObject<Shape, z.core.$strict>>) => boolean;
  /**
   * Whether attention to the prompt speaks for a label, too, beside its loss, which counts for
   * `change` of 1; `sign` 1: the highest loss of the row is 1. Labels are scored by the sum then.
   */
  readonly attention?: (settings: z.output<z.ZodObject<Shape, z.core.$strict>>) => {
    readonly change: number;
    readonly sign: 1 | -1;
  };
  /** How rows are scored; `sign` 1: the highest loss is kept, −1: the lowest. */
  readonly rows: (settings: z.output<z.ZodObject<Shape, z.core.$strict>>) => {
    readonly rule: keyof typeof ROW_RULES;
    readonly sign: 1 | -1;
  };
  /** How the labels of kept rows are scored. */
  readonly labels: (settings: z.output<z.ZodObject<Shape, z.core.$strict>>) => {
    readonly rule: keyof typeof LABEL_RULES;
    readonly sign: 1 | -1;
    /** What the labels beside a label count for in its score. */
    readonly neighbours: number;
    /** Whether only rows of the first corner lose labels; rows are scored by corners then. */
    readonly some: boolean;
  };
}

/** For its types alone. */
export const defineRule = <const Shape extends Fields>(rule: PruningRule<Shape>): PruningRule<Shape> => rule;

/** Which end is kept, as a number that scores are multiplied by. */
export const signOf = (prefer: "high" | "low"): 1 | -1 => (prefer === "high" ? 1 : -1);
