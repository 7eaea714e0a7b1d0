/** What a tuning method is. A method is one plain object in one folder; forms, counts, estimates and exports come from it. */

import type * as z from "zod";
import type { Attachments, Family, ModelConfig } from "../models/family";
import type { Program } from "../program/program";

/** What a method may know of the open model when it describes its options. */
export interface ModelFacts {
  readonly family: Family;
  readonly config: ModelConfig;
}

/** What a method may use when it attaches to a Program. */
export interface MethodContext extends ModelFacts {
  /** Token ids of the method's text, special tokens included; empty where it has none. */
  readonly textIds: readonly number[];
}

/** How a trained run is written as a folder that PEFT loads. */
export type ExportForm =
  /** Low-rank matrices under the linears' names; without any, a rank-1 adapter that adds nothing carries the head. */
  | {
      readonly type: "LORA";
      readonly rank: number;
      readonly alpha: number;
      readonly targets: readonly string[];
      readonly rankStabilised: boolean;
    }
  /** Keys (after rotary) and values of the virtual tokens. */
  | { readonly type: "PREFIX_TUNING" }
  /** Embeddings of the virtual tokens. */
  | { readonly type: "PROMPT_TUNING" };

export interface MethodCard {
  readonly trains: string;
  readonly attaches: string;
  readonly costs: string;
  readonly fails: string;
  readonly paper: { readonly title: string; readonly url: string } | null;
}

export interface Method<Options = unknown> {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly group: "semantic knowledge" | "soft prompt" | "weight delta" | "module" | "control";
  readonly site: "head" | "input" | "key/value" | "linear" | "block";
  readonly card: MethodCard;
  /** Default peak learning rate. */
  readonly learningRate: number;
  /** Default decoupled weight decay of the adapter's tensors (a head's is 0.01). */
  readonly weightDecay: number;
  /** The options' schema for a model; every property has `title`, `description` and a default. */
  options(model: ModelFacts): z.ZodType<Options>;
  /** The text that has to be tokenised; null where there is none. */
  text(options: Options): string | null;
  /** Whether the text's keys, values and states of the frozen model are needed as constants (see `semantic.ts`). */
  readonly semantic: boolean;
  /** Declares the trainables in the Program and says what they do at the model's sites. Called once per Program. */
  attach(program: Program, options: Options, context: MethodContext): Attachments;
  exportForm(options: Options, model: ModelFacts): ExportForm;
}

/** Keeps a method's option type inside its folder. */
export function defineMethod<Options>(method: Method<Options>): Method {
  return method as Method;
}
