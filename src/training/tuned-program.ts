/** One Program for a base model, a method and a classification head, for one batch shape. */

import { type BackwardPlan, planBackward } from "../backward/plan";
import type { Method, MethodContext } from "../methods/method";
import type { Attachments, Batch, BuiltModel, Pooling } from "../models/family";
import { insertBehind } from "../operations/insert-behind";
import { linear } from "../operations/linear";
import { firstToken, lastToken, meanToken } from "../operations/pool";
import { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { LayerStrategy } from "./layer-rates";
import { attachByLayer } from "./layers";

export type { Pooling };

export interface TunedSetup {
  readonly method: Method;
  /** As the method's schema gave them. */
  readonly options: unknown;
  readonly context: MethodContext;
  readonly classes: number;
  readonly pooling: Pooling;
  /** Frozen layers and rates by layer. */
  readonly layers?: LayerStrategy;
}

export interface TunedProgram {
  readonly program: Program;
  /** [size · tokens] and [size], int32. */
  readonly ids: Tensor;
  readonly lengths: Tensor;
  /** [size, classes]. */
  readonly logits: Tensor;
  readonly built: BuiltModel;
  readonly plan: BackwardPlan;
  /** What the method put in front of the input: one prompt, or keys and values per layer. */
  readonly front: { readonly prompt?: Tensor; readonly keys: readonly Tensor[]; readonly values: readonly Tensor[] };
  readonly virtualTokens: number;
}

/**
 * `size` rows of `tokens` tokens. The head is Hugging Face's: an encoder's own classifier on the first token, else `score`,
 * bias-free on the last real token or with a bias on the masked mean.
 */
export function buildTunedProgram(setup: TunedSetup, size: number, tokens: number): TunedProgram {
  const { method, options, context } = setup;
  const { family, config, precision } = context;
  const program = new Program(precision);
  const ids = program.input("input_ids", [size * tokens], "int32");
  const lengths = program.input("lengths", [size], "int32");
  const attachments = attachByLayer(program, config.layers, setup.layers ?? {}, method.title, () =>
    method.attach(program, options, context),
  );
  if (attachments.everyWeight) program.replaceWeights(attachments.everyWeight);
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  const { prefix } = attachments;
  const suffix = attachments.suffix?.shape[0] ?? 0;
  const built = family.build(
    program,
    config,
    enteringWords(program, { ids, lengths }, { size, tokens }, context, attachments),
    { size, tokens: tokens + suffix, lengths, suffix },
    {
      ...attachments,
      ...(prefix && {
        prefix: {
          ...prefix,
          layer: (layer: number) => {
            const attached = prefix.layer(layer);
            if (!attached) return undefined;
            keys.push(attached.keys);
            values.push(attached.values);
            return attached;
          },
        },
      }),
    },
  );
  const logits = head(program, setup, built, lengths, attachments);
  return {
    program,
    ids,
    lengths,
    logits,
    built,
    plan: planBackward(program, logits),
    front: { prompt: attachments.prompt, keys, values },
    virtualTokens: (prefix?.virtualTokens ?? built.front) + suffix,
  };
}

/** The ids; or word embeddings, where the method changes them or puts something behind them. */
function enteringWords(
  program: Program,
  { ids, lengths }: Pick<TunedProgram, "ids" | "lengths">,
  batch: Batch,
  { family, config }: MethodContext,
  { words, suffix }: Attachments,
): Tensor {
  if (!words && !suffix) return ids;
  const own = family.embed(program, config, "input words", ids);
  const entering = words?.(own, batch) ?? own;
  return suffix ? insertBehind(program, "input with suffix", entering, suffix, lengths, batch.size) : entering;
}

/** The logits of what is read out. */
function head(
  program: Program,
  { method, options: methodOptions, context, classes, pooling }: TunedSetup,
  { hidden, front }: BuiltModel,
  lengths: Tensor,
  attachments: Attachments,
): Tensor {
  const { family, config } = context;
  const options = { batch: lengths.shape[0]!, front };
  const learningRateScale = method.headLearningRateScale?.(methodOptions) ?? 1;
  if (pooling === "first" || pooling === "cls") {
    if (!family.classify) throw new Error(`${family.title} models have no classifier on the first token.`);
    const state = firstToken(program, "pooled", hidden, pooling === "first" ? { ...options, front: 0 } : options);
    return family.classify(program, config, { state, classes, attachments, learningRateScale });
  }
  const pool = pooling === "last" ? lastToken : meanToken;
  // The last token of a row is the last of what stands behind it; the mean is over the row's own tokens.
  const behind = pooling === "last" ? (attachments.suffix?.shape[0] ?? 0) : 0;
  const pooled = pool(program, "pooled", hidden, lengths, { ...options, front: front + behind });
  const weight = program.trainable("score.weight", [classes, config.hiddenSize], {
    initializer: { kind: "normal", std: 0.02 },
    learningRateScale,
    part: "head",
  });
  const bias =
    pooling === "mean"
      ? program.trainable("score.bias", [classes], {
          initializer: { kind: "zeros" },
          weightDecay: false,
          learningRateScale,
          part: "head",
        })
      : undefined;
  return linear(program, "logits", pooled, weight, { bias });
}
