/**
 * What is done to training rows before they are tokenised: pure functions from rows to rows, one
 * file each. Parts are drawn before, so that no transform sees or changes a validation or test row.
 * Not for tokens that are replaced while training (`../token-noise.ts`).
 */

import type * as z from "zod";
import type { Example } from "../examples";
import type { Random } from "../random";
import type { Table } from "../table";
import type { Answer, ColumnRoles } from "../types";

/** Training rows of one division, and what is known of them. */
export interface RowsToTransform {
  readonly examples: readonly Example[];
  /** The training file as it stands; a made row has the number of the row that it is made from. */
  readonly table: Table;
  readonly columns: ColumnRoles;
  readonly answer: Answer;
  /** By class id; empty where the task has no labels. */
  readonly labels: readonly string[];
  /** The labels that an example has, by class id. */
  readonly labelsOf: (example: Example) => Iterable<number>;
  /** Whether a row is as the file has it, and no transform before made it. */
  readonly isOfFile: (example: Example) => boolean;
}

/** The fields that its form is made from, each with title, description and default. */
type Fields = { readonly do: z.ZodLiteral<string> } & z.ZodRawShape;

export interface Transform<Shape extends Fields = Fields> {
  readonly title: string;
  /** What it does and whose it is, in a sentence or two. */
  readonly summary: string;
  readonly schema: z.ZodObject<Shape, z.core.$strict>;
  /** Whether the task has rows for it; default: all tasks have. */
  readonly suits?: (answer: Answer) => boolean;
  /**
   * The rows that are trained on in their place: those that stay are the same objects, in order.
   * @throws Error saying what of the options, columns or rows does not go together
   */
  readonly apply: (
    options: z.output<z.ZodObject<Shape, z.core.$strict>>,
    rows: RowsToTransform,
    random: Random,
  ) => readonly Example[];
}

/** For its types alone. */
export const defineTransform = <const Shape extends Fields>(transform: Transform<Shape>): Transform<Shape> => transform;
