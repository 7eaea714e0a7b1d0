/**
 * What the blocks of all families do alike: virtual tokens and positions, attention after a
 * prefix, cutting fused projections, and handing sub-layers to a method. Not for the order of
 * norms, projections and residuals: that is each family's own.
 */

import { add } from "../operations/add";
import { type AttentionOptions, type AttentionSite, attention, paddingBias } from "../operations/attention";
import { dropout } from "../operations/dropout";
import { embed } from "../operations/embed";
import { layerNorm, rmsNorm } from "../operations/norm";
import { prepend, prependOwn } from "../operations/prepend";
import { repeatRows } from "../operations/rows";
import { splitColumns } from "../operations/split-columns";
import { view } from "../operations/view";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";
import type {
  Attachments,
  Batch,
  BuiltModel,
  KeyValuePrefix,
  LayerAttention,
  ModelConfig,
  SubLayer,
  SubLayerKind,
} from "./family";
import { type Rotary, rotate } from "./rotary";
import { type BlockLinear, baseTensor, blockLinear } from "./sites";

/** A model while it is written into a Program. */
export interface Stack {
  readonly program: Program;
  readonly config: ModelConfig;
  readonly attachments: Attachments;
  /** Sequences, and rows of each: a prompt's virtual tokens are included. */
  readonly batch: Batch;
  /** Position of a sequence's first row: after a prefix. */
  readonly start: number;
  /** Whether tokens see only what comes before them. */
  readonly causal: boolean;
  /** Whether the gains of RMS norms are stored as their distance from one (Gemma). */
  readonly gainsFromOne: boolean;
  /** What paths of sub-layers call the attention. */
  readonly attentionName: string;
  /** What hides the padding of a batch in attention. */
  readonly padding?: Tensor;
  readonly built: Omit<BuiltModel, "hidden"> & {
    states: Tensor[];
    keys: Tensor[];
    values: Tensor[];
    attentions: LayerAttention[];
  };
}

/**
 * Begins with the words [size · tokens, hiddenSize] after the prompt, if there is one: they are
 * the first of `built.states`.
 */
export function openStack(
  program: Program,
  config: ModelConfig,
  words: Tensor,
  batch: Batch,
  attachments: Attachments,
  options: Partial<Pick<Stack, "causal" | "gainsFromOne" | "attentionName">> = {},
): Stack {
  const { causal = true, gainsFromOne = false, attentionName = "self_attn" } = options;
  const { prompt, prefix } = attachments;
  const virtualTokens = prompt?.shape[0] ?? 0;
  const start = prefix?.virtualTokens ?? 0;
  const before = prefix?.added === undefined ? start : 0;
  // What comes after a token is hidden from it, so padding on the right needs no hiding of its own.
  const padded = causal ? undefined : batch.lengths;
  const { suffix = 0 } = batch;
  const prompted = prompt ? prepend(program, "prompted", prompt, words, batch.size) : words;
  return {
    program,
    config,
    attachments,
    batch: { size: batch.size, tokens: virtualTokens + batch.tokens },
    start,
    causal,
    gainsFromOne,
    attentionName,
    ...(padded && { padding: paddingBias(program, padded, batch.tokens - suffix, before + virtualTokens + suffix) }),
    built: { virtualTokens, states: [prompted], keys: [], values: [], attentions: [] },
  };
}

/**
 * `x` plus the rows of a learned table [shift + contextLength, hiddenSize] for its positions,
 * counted from `shift`.
 */
export function addPositions({ program, config, batch, start }: Stack, x: Tensor, path: string, shift = 0): Tensor {
  const { size, tokens } = batch;
  const first = start + shift;
  const ids = program.constant(
    `positions ${first} + ${tokens} × ${size}`,
    [size * tokens],
    () => Int32Array.from({ length: size * tokens }, (_, row) => first + (row % tokens)),
    "int32",
  );
  const table = program.weight(`${path}.weight`, [shift + config.contextLength, config.hiddenSize]);
  return add(program, "positioned", x, embed(program, "positions", ids, table));
}

/** Layer norm at `path`, with gain and, by default, shift. */
export function stackLayerNorm(
  { program, attachments }: Stack,
  name: string,
  path: string,
  x: Tensor,
  epsilon: number,
  biased = true,
): Tensor {
  const leaf = (part: string) => baseTensor(program, attachments, `${path}.${part}`, [x.shape[1]!]);
  return layerNorm(program, name, x, leaf("weight"), biased ? leaf("bias") : undefined, epsilon);
}

/** RMS norm at `path`. */
export function stackRmsNorm(
  { program, attachments, gainsFromOne }: Stack,
  name: string,
  path: string,
  x: Tensor,
  epsilon: number,
): Tensor {
  const width = x.shape[1]!;
  const stored = baseTensor(program, attachments, `${path}.weight`, [width]);
  const ones = () => program.constant(`ones of ${width}`, [width], () => new Float32Array(width).fill(1));
  const gain = gainsFromOne ? add(program, `${name} gain`, stored, ones()) : stored;
  return rmsNorm(program, name, x, gain, epsilon);
}

/** Queries [rows, heads · headSize], keys and values [rows, keyValueHeads · headSize]. */
export interface Projections {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

export interface AttendOptions extends Pick<AttentionOptions, "keyBias" | "window" | "softCap"> {
  readonly rotary?: Rotary;
  /** As in `RotateOptions`. */
  readonly table?: string;
  /** On the scores; default: headSize^−½. */
  readonly scale?: number;
}

/** One block of a stack; its modules are named by their paths after the block's own. */
export class Block {
  readonly #stack: Stack;
  readonly #path: string;
  readonly #layer: number;
  readonly #layout: BlockLinear["layout"];

  constructor(stack: Stack, path: string, layer: number, layout: BlockLinear["layout"] = "out-in") {
    this.#stack = stack;
    this.#path = path;
    this.#layer = layer;
    this.#layout = layout;
  }

  /** The name of an activation of this block. */
  name(part: string): string {
    return `layers.${this.#layer}.${part}`;
  }

  layerNorm(part: string, x: Tensor, epsilon: number, biased = true): Tensor {
    return stackLayerNorm(this.#stack, this.name(part), `${this.#path}.${part}`, x, epsilon, biased);
  }

  rmsNorm(part: string, x: Tensor, epsilon: number): Tensor {
    return stackRmsNorm(this.#stack, this.name(part), `${this.#path}.${part}`, x, epsilon);
  }

  /** RMS norm of every head of `x` [rows, heads · headSize], with one gain [headSize] for all. */
  headRmsNorm(part: string, x: Tensor, epsilon: number): Tensor {
    const { program, config } = this.#stack;
    const heads = view(program, this.name(`${part} heads`), x, [
      elementCount(x.shape) / config.headSize,
      config.headSize,
    ]);
    return view(program, this.name(`${part} joined`), this.rmsNorm(part, heads, epsilon), x.shape);
  }

  /** `input` [rows, in] → [rows, width], with what the method does there. */
  linear(part: string, input: Tensor, width: number, biased = true): Tensor {
    const { program, attachments } = this.#stack;
    const site = { path: `${this.#path}.${part}`, name: this.name(part), input, width, biased } as const;
    return blockLinear(program, attachments, { ...site, layout: this.#layout });
  }

  /**
   * Cuts a projection [rows, (heads + 2 · keyValueHeads) · headSize] that is fused group by group:
   * the queries of the heads that share a key head, that key, its value.
   */
  splitGroups(fused: Tensor): Projections {
    const { program, config } = this.#stack;
    const { heads, keyValueHeads, headSize } = config;
    const [rows, columns] = fused.shape as [number, number];
    const group = heads / keyValueHeads;
    const grouped = view(program, this.name("groups"), fused, [rows * keyValueHeads, columns / keyValueHeads]);
    const parts = ["queries", "keys", "values"] as const;
    const widths = [group * headSize, headSize, headSize];
    const names = parts.map((part) => this.name(`${part} in groups`));
    const cut = splitColumns(program, names, grouped, widths);
    const [queries, keys, values] = cut.map((tensor, index) =>
      view(program, this.name(`own ${parts[index]}`), tensor, [rows, keyValueHeads * widths[index]!]),
    ) as [Tensor, Tensor, Tensor];
    return { queries, keys, values };
  }

  /**
   * Attention after the method's prefix, or beside it: [rows, heads · headSize]. Notes keys (before
   * rotary) and values. Virtual tokens have positions like all others, so a window leaves behind
   * those that are far away, as in transformers; beside the input all of them are seen.
   */
  attend(projections: Projections, options: AttendOptions = {}): Tensor {
    const { program, config, batch, start, causal, padding, built, attachments } = this.#stack;
    const { heads, keyValueHeads, headSize } = config;
    let { queries, keys, values } = projections;
    built.keys.push(keys);
    built.values.push(values);
    const { rotary, table, scale = headSize ** -0.5, ...scores } = options;
    if (rotary) {
      const turn = { headSize, rotary, table, tokens: batch.tokens, offset: start };
      queries = rotate(program, this.name("queries"), queries, { ...turn, heads });
      keys = rotate(program, this.name("keys"), keys, { ...turn, heads: keyValueHeads });
    }
    const prefix = attachments.prefix?.layer(this.#layer);
    const sizes = { batch: batch.size, heads, keyValueHeads, headSize, scale };
    const own = { ...sizes, ...scores, causal, padding };
    const attend = (prefixed = 0, added?: AttentionSite) => {
      built.attentions.push({ own: { queries, keys, options: own }, prefixed, ...(added && { added }) });
      return attention(program, this.name("attention"), queries, keys, values, own);
    };
    if (!prefix) return attend();
    const { added } = attachments.prefix!;
    if (added === undefined) {
      keys = this.#afterPrefix("keys", prefix, keys);
      values = this.#afterPrefix("values", prefix, values);
      return attend(prefix.keys.shape[0]!);
    }
    const [ownKeys, ownValues] = [this.#rowPrefix("keys", prefix), this.#rowPrefix("values", prefix)];
    const { keyBias, softCap } = scores;
    const alone = { ...sizes, ...(keyBias && { keyBias }), ...(softCap !== undefined && { softCap }), causal: false };
    const found = attention(program, this.name("attention to the prefix"), queries, ownKeys, ownValues, alone);
    const beside = { queries, keys: ownKeys, options: alone };
    return add(program, this.name("attention and prefix"), attend(0, beside), found, added);
  }

  /** [size · (virtualTokens + tokens), keyValueHeads · headSize] */
  #afterPrefix(part: "keys" | "values", prefix: KeyValuePrefix, own: Tensor): Tensor {
    const { program, batch } = this.#stack;
    const name = this.name(`prefixed ${part}`);
    if (!prefix.dropout) return prepend(program, name, prefix[part], own, batch.size);
    return prependOwn(program, name, this.#rowPrefix(part, prefix), own, batch.size);
  }

  /** The prefix once for every row, with its dropout: [size · virtualTokens, …]. */
  #rowPrefix(part: "keys" | "values", prefix: KeyValuePrefix): Tensor {
    const { program, batch } = this.#stack;
    const rows = repeatRows(program, this.name(`prefix ${part} by row`), prefix[part], batch.size);
    return dropout(program, this.name(`dropped prefix ${part}`), rows, prefix.dropout ?? 0);
  }

  /** What is added to the residual stream instead of a sub-layer's output. */
  subLayer(kind: SubLayerKind, site: SubLayer): Tensor {
    const path = `${this.#path}.${kind === "mlp" ? "mlp" : this.#stack.attentionName}`;
    return this.#stack.attachments.subLayer?.(path, kind, site) ?? site.output;
  }

  /** The sum of two of [rows, hiddenSize]. */
  add(part: string, a: Tensor, b: Tensor): Tensor {
    return add(this.#stack.program, this.name(part), a, b);
  }
}
