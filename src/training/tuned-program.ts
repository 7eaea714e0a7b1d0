/** One Program for a base model, a method and a classification head, for one batch shape. */

import { type BackwardPlan, planBackward } from "../backward/plan";
import type { Method, MethodContext } from "../methods/method";
import type { BuiltModel } from "../models/family";
import { linear } from "../operations/linear";
import { lastToken, meanToken } from "../operations/pool";
import { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export type Pooling = "last" | "mean";

export interface TunedSetup {
  readonly method: Method;
  /** As the method's schema gave them. */
  readonly options: unknown;
  readonly context: MethodContext;
  readonly classes: number;
  readonly pooling: Pooling;
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
 * `size` rows of `tokens` tokens. The head is Hugging Face's `score`: bias-free on the last real token, or with a bias on
 * the masked mean.
 */
export function buildTunedProgram(setup: TunedSetup, size: number, tokens: number): TunedProgram {
  const { method, options, context, classes, pooling } = setup;
  const { family, config } = context;
  const program = new Program();
  const ids = program.input("input_ids", [size * tokens], "int32");
  const lengths = program.input("lengths", [size], "int32");
  const attachments = method.attach(program, options, context);
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  const { prefix } = attachments;
  const built = family.build(
    program,
    config,
    ids,
    { size, tokens },
    {
      ...attachments,
      ...(prefix && {
        prefix: {
          ...prefix,
          layer: (layer: number) => {
            const attached = prefix.layer(layer);
            keys.push(attached.keys);
            values.push(attached.values);
            return attached;
          },
        },
      }),
    },
  );
  const pool = pooling === "last" ? lastToken : meanToken;
  const pooled = pool(program, "pooled", built.hidden, lengths, { batch: size, front: built.front });
  const weight = program.trainable("score.weight", [classes, config.hiddenSize], {
    initializer: { kind: "normal", std: 0.02 },
    part: "head",
  });
  const bias =
    pooling === "mean"
      ? program.trainable("score.bias", [classes], { initializer: { kind: "zeros" }, weightDecay: false, part: "head" })
      : undefined;
  const logits = linear(program, "logits", pooled, weight, { bias });
  return {
    program,
    ids,
    lengths,
    logits,
    built,
    plan: planBackward(program, logits),
    front: { prompt: attachments.prompt, keys, values },
    virtualTokens: prefix?.virtualTokens ?? built.front,
  };
}
