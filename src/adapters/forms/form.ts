/**
 * What an adapter form is: all that the studio knows of one way to keep a trained adapter in a
 * folder. One file beside this one is one form, whole; `registry.ts` lists them. Everything here is
 * arithmetic and JSON: what needs a device is not.
 */

import type { NamedTensor } from "../../hub/write-safetensors";
import type { TensorChange } from "../base-change";
import type { CardTask } from "../card/content";
import type { Layout } from "../layout";
import type { PeftConfig, PeftTask } from "../peft-config";
import type { LinearShape } from "../target-modules";

/**
 * What an exported tensor was made of. `trained`: it was trained as it stands. `encoder`: by PEFT's
 * own encoder, which PEFT does not save. `folded`: by something PEFT does not know. What was
 * trained instead is then written beside it.
 */
export type Origin = "trained" | "encoder" | "folded";

/** What a method says of its folder; each form adds its own. */
export interface AnySettings {
  /** The form's. */
  readonly type: string;
}

/** What reading a folder needs of the open model. */
export interface ReadingModel {
  readonly layers: number;
  readonly headSize: number;
  /** How often transformers repeats a key/value head before it caches it. Default: once. */
  readonly cachedRepeats?: number;
}

/** A method's id and its options, those that are not said left out. */
export interface FormRun {
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** How many of the lowest blocks have nothing attached. Default: none. */
  readonly frozenLayers?: number;
}

/** What writing a folder needs of the open model and of the run. */
export interface WritingSite {
  /** Name or path of the base model, as `from_pretrained` will be given it. */
  readonly baseModel: string;
  /** config.json's `model_type`. */
  readonly modelType: string;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** How often transformers repeats a key/value head before it caches it. */
  readonly cachedRepeats: number;
  /** Whether linear weights are stored [in, out] (GPT-2's `Conv1D`). */
  readonly fanInFanOut: boolean;
  /**
   * Names of the module that an adapter which adds nothing is put on, so that PEFT loads the head:
   * its first default target.
   */
  readonly carrier: readonly string[];
  /** The linears of the blocks that are not frozen. */
  linears(): readonly LinearShape[];
  /** Paths of modules outside of the blocks that may be targets. */
  readonly outer: readonly string[];
  readonly task: PeftTask;
  readonly virtualTokens: number;
  /** Of the method's text, and whether each of its tokens is locked. */
  readonly textIds: readonly number[];
  readonly lockedIds: readonly boolean[];
}

/** What comes before the input, as the trained run computes it, row-major. */
export interface Front {
  /** [virtualTokens, hiddenSize] embeddings; null where there are none. */
  readonly prompt: Float32Array | null;
  /** Of every layer [virtualTokens, keyValueHeads · headSize], keys after rotary. */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** `Written`: settings of the form that `writtenAs` gives, where that is another one. */
export interface AdapterForm<
  Settings extends AnySettings = AnySettings,
  Config extends PeftConfig = PeftConfig,
  Written extends AnySettings = Settings,
> {
  /** PEFT's name, or the studio's own where PEFT has no such form. */
  readonly type: Settings["type"];
  /** How its folder's files lie, are read and checked. */
  readonly layout: Layout;
  /**
   * Whether the folder holds what was trained, as it is, whatever the method exports elsewhere: no
   * library computes the same. Default: false.
   */
  readonly verbatim?: boolean;
  /**
   * The configuration of a folder, for classifying sequences (`forTask` makes it another task's).
   */
  config(settings: Settings, site: WritingSite): Config;
  /**
   * The same where only these upper blocks have anything attached; null where the form cannot say
   * that. Default: null.
   */
  above?(settings: Settings, blocks: readonly number[]): Settings | null;
  /**
   * What a run is written as where PEFT would compute something else from this form. Default: this
   * form.
   */
  writtenAs?(settings: Settings, site: WritingSite): Written;
  /** The trained tensors as the folder has them. Default: as they are. */
  stored?(settings: Settings, tensors: readonly NamedTensor[], site: WritingSite): readonly NamedTensor[];
  /**
   * In place of `stored`, where the folder has what comes before the input and not what made it.
   */
  fold?(front: Front, site: WritingSite): readonly NamedTensor[];
  /**
   * Whether PEFT gives keys and values to the model from outside, which some classes cannot take.
   * Default: false.
   */
  readonly givesPast?: boolean;
  /**
   * A folder's tensors, the head's included, as those of the Program that `run` makes. Default: as
   * they are.
   * @throws Error saying what of them the run cannot compute.
   */
  given?(config: Config, tensors: readonly NamedTensor[], model: ReadingModel): readonly NamedTensor[];
  /**
   * The method that reads such a folder where run.json does not say which one wrote it.
   * @throws Error where only run.json says it.
   */
  run(config: Config, tensors: readonly NamedTensor[]): FormRun;
  /**
   * Of `given` tensors those of a run that trains nothing but its head. Default: all, since none
   * only carries it.
   */
  withoutCarrier?(tensors: readonly NamedTensor[]): readonly NamedTensor[];
  /**
   * How a folder's tensors change the base model's own; or why they do not, as the rest of a
   * sentence that begins with the method's title.
   */
  change(settings: Settings): TensorChange | string;
  /**
   * Settings with which the same tensors change the opposite; null where changes are not simply
   * added. Default: null.
   */
  opposite?(settings: Settings): Settings | null;
  /** Whether a weighted sum of such adapters is one too. Default: false. */
  isSummable?(settings: Settings): boolean;
  /** What a folder holds, as the rest of the model card's "stored as …". */
  readonly sentence: string;
  /** The folder in a few words of Markdown, for the table of methods. Default: the type. */
  inShort?(settings: Settings): string;
  /** Of the card, beside those that every card has. */
  readonly tags?: readonly string[];
  /**
   * Whether virtual tokens come before the input's embeddings: PEFT then gives the model
   * embeddings, not ids. Default: false.
   */
  readonly beforeInput?: boolean;
  /**
   * Why its library cannot load such a folder, or would not predict the same; null where it does.
   * Default: null.
   */
  obstacle?(config: Config, task: CardTask): string | null;
}
