/** What the card of an exported adapter says. Types only. */

import type { MeasuredCalibration } from "../../calibration/calibration";
import type { PeftConfig } from "../peft-config";

interface CardFacts {
  /** What the model is. */
  what: string;
  /** The Hub's name of what it does. */
  pipeline: string;
  /** Name and unit of the loss. */
  loss: string;
  /**
   * Python arguments of `from_pretrained`: in place of the labels' names, and after them. Each ends
   * with a comma.
   */
  size?: string;
  further?: string;
  /** Lines below the code. */
  note?: readonly string[];
  /** Whether AdapterHub's layout has this head. */
  inAdapterHub?: boolean;
}

/** What a card says of the task that was trained, as the task itself says it. */
export type CardTask = CardFacts &
  (
    | {
        /**
         * It is asked about a row: `print` is the Python that says its `logits`, `remark` how to
         * read that. `chances`: the Python that makes chances of its calibrated logits, where
         * labels have any.
         */
        asks: "row";
        print: string;
        remark?: string;
        chances?: "softmax(-1)" | "sigmoid()";
      }
    /** It is asked about every word of a row, or to write on. */
    | { asks: "words" | "text" }
  );

/** How texts are written for a language model. */
export interface WritingFacts {
  /**
   * A prompt with columns in braces, empty where whole texts are learned; or conversations, in the
   * base model's own chat template or under the studio's headings.
   */
  readonly template: { readonly kind: "prompt"; readonly text: string } | { readonly kind: "chat" | "headings" };
  /** The column of the conversations' system prompts; null where there is none. */
  readonly system: string | null;
  /** Tokens that end a text. */
  readonly ends: readonly { readonly id: number; readonly text: string }[];
  /** Or a sentence that says why there is none. */
  readonly example: WorkedExample | { readonly without: string };
}

/** What a run writes after a prompt that holds nothing of the data. */
export interface WorkedExample {
  readonly prompt: string;
  /** Whether the tokenizer's special tokens come beside those that stand in the prompt. */
  readonly addsSpecials: boolean;
  /** How many of them it puts at the end, which a prompt must not have. */
  readonly trailing: number;
  /** Of the prompt, as the run read them. */
  readonly ids: readonly number[];
  /** How many tokens the model reads after it, beside the method's own. */
  readonly room: number;
  /** The most probable tokens after it. */
  readonly written: readonly { readonly id: number; readonly text: string }[];
}

export interface ModelCardContent {
  /** Name of the run. */
  run: string;
  /** Title of the method, for example `SK-Prefix`. */
  method: string;
  config: PeftConfig;
  task: CardTask;
  /** How the name of transformers' class ends. */
  modelClass: string;
  /** In class-id order; empty where the task has none. */
  labels: readonly string[];
  /**
   * How the head reads the states; Hugging Face's classes know `last` for decoders and `first` for
   * encoders.
   */
  pooling: "last" | "mean" | "prompted mean" | "unmasked mean" | "first" | "cls";
  /** A further argument of `from_pretrained`, as Python. */
  loadingArgument?: string;
  /** Why PEFT cannot load the folder, where it cannot. */
  obstacle?: string | null;
  /** The semantic, hard or initialising text, where the method has one. */
  text?: string | null;
  /**
   * What the stored tensors were made of: trained as they are, by PEFT's own encoder, or folded
   * from an SK method.
   */
  origin?: "trained" | "encoder" | "folded";
  /** Special tokens that begin the text already and were left off the input. */
  droppedLeadingTokens?: number;
  /** What came before every word where words have tags. */
  wordPrefix?: "" | " ";
  /** Inputs were cut to this many tokens. */
  maxLength: number;
  /** Whether inputs were pairs of texts. */
  pairs?: boolean;
  /** Whether the model was told which text of a pair a token is of. */
  tokenTypes?: boolean;
  /** Whether the training state lies beside the adapter. */
  resumes?: boolean;
  /** Other forms that the run can be written in, by id; default: none. */
  conversions?: readonly string[];
  /** Paths of modules outside of the blocks that may be targets; default: none. */
  outer?: readonly string[];
  /** Of a task that writes; default: nothing is said of it. */
  writing?: WritingFacts | null;
  /** What its answers are read with; default: nothing. */
  calibration?: MeasuredCalibration;
  trainable: { adapter: number; head: number };
  /** `changes`: `3 rows relabelled`; left out where the rows are as the file has them. */
  data: {
    file: string;
    trainRows: number;
    validationRows: number;
    changes?: string;
    /** What was done to the training rows, in words; left out where nothing was. */
    transforms?: string;
  };
  steps: number;
  metrics: { step: number; loss: number; shown: readonly { title: string; value: string }[] } | null;
  /**
   * Of the test rows, with the adapter as it is here, each figure with its 95 % interval; null
   * where there are none, or they were not read. `looks`: how often they have been read as far as
   * anybody knows.
   */
  tested?: {
    rows: number;
    looks: number | null;
    shown: readonly { title: string; value: string; low: string; high: string }[];
  } | null;
  /** For example `{ "onnxruntime-web": "1.30.0" }`. */
  versions: Readonly<Record<string, string>>;
}
