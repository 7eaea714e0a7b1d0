/**
 * Cartridges (Eyuboglu et al. 2025) as PEFT does it: keys (after rotary) and values of virtual
 * tokens in every layer, as prefix tuning's, of which the first tokens stay as they began. They
 * start from N(0, 1), or as the cache of a text's first tokens (`initialize_kv_prefix_from_text`).
 */

import * as z from "zod";
import { frozenNames } from "../../adapters/forms/cartridge";
import { prefixNames } from "../../adapters/forms/prefix";
import { joinRows, splitRows } from "../../operations/rows";
import type { Program } from "../../program/program";
import type { Initializer, Tensor } from "../../program/tensor";
import { readAloneEqualToHardText } from "../equalities";
import { defineMethod, type MethodContext } from "../method";
import { hasTokenCount, noTokenCount, startTextOption, virtualTokensOrTextOption } from "../options";
import { positionedKeyValue } from "../semantic";

const options = z
  .strictObject({
    virtualTokens: virtualTokensOrTextOption(12),
    frozenTokens: z
      .int()
      .min(0)
      .max(511)
      .default(1)
      .meta({
        title: "Frozen tokens",
        description:
          "How many of the first virtual tokens stay as they began. Models look at their first token a lot, whatever it " +
          "is: one frozen token keeps that as it was.",
      }),
    init: z.enum(["random", "text"]).default("random").meta({
      title: "Start",
      description:
        "random: N(0, 1), as in PEFT. text: the keys (after rotary) and values that the frozen model computes for the text.",
    }),
    text: startTextOption("Its first tokens, as many as there are virtual tokens; a shorter text is refused."),
  })
  .refine(hasTokenCount, noTokenCount)
  .superRefine(({ virtualTokens, frozenTokens }, context) => {
    if (virtualTokens === null || frozenTokens < virtualTokens) return;
    const message = `${frozenTokens} of ${virtualTokens} virtual tokens leave none to be trained`;
    context.addIssue({ code: "custom", path: ["frozenTokens"], message });
  });

export const cartridge = defineMethod<z.infer<typeof options>>({
  id: "cartridge",
  title: "Cartridge",
  summary: "Prefix tuning whose first tokens stay as they began",
  group: "soft prompt",
  site: "key/value",
  mainOptions: ["virtualTokens", "frozenTokens", "init"],
  learningRate: 1e-2,
  semantic: ({ init }) => init === "text",
  card: {
    trains: "Keys and values of all virtual tokens but the first in every layer, and the head.",
    attaches: "They come before the input's keys and values in every layer's attention.",
    costs:
      "2 · layers · trained virtual tokens · key/value width parameters; attention looks at a few more columns. The " +
      "download holds the frozen tokens too.",
    fails:
      "From a random start the frozen tokens are noise that nothing can unlearn: start from a text, or freeze none.",
    equals:
      "Without frozen tokens it is prefix tuning. Started from text it is at step 0 the text itself before the input, as " +
      "SK-Prefix is.",
    paper: {
      title:
        "Cartridges: Lightweight and general-purpose long context representations via self-study (Eyuboglu et al. 2025)",
      url: "https://arxiv.org/abs/2506.06266",
    },
  },
  options: () => options,
  text: ({ init, text }) => (init === "text" ? text : null),
  attach(program, { virtualTokens, frozenTokens, init }, context) {
    const { textIds } = context;
    const count = virtualTokens ?? textIds.length;
    if (init === "text" && textIds.length < count) {
      throw new Error(`The text has ${textIds.length} tokens, but ${count} virtual tokens are to start from it.`);
    }
    if (frozenTokens >= count) {
      throw new Error(`${frozenTokens} frozen tokens leave none of the text's ${count} to be trained.`);
    }
    const kept = (kind: "keys" | "values", layer: number) =>
      keptAndTrained(program, { kind, layer, frozen: frozenTokens, trained: count - frozenTokens, init }, context);
    return {
      prefix: {
        virtualTokens: count,
        layer: (layer) => ({ keys: kept("keys", layer), values: kept("values", layer) }),
      },
    };
  },
  equalities: ({ init, text, virtualTokens }, facts) =>
    init === "text" && virtualTokens === null
      ? readAloneEqualToHardText(text, facts, "Training then moves all but its first tokens freely.")
      : [],
  exportForm: ({ frozenTokens }) => ({ type: "CARTRIDGE", origin: "trained", frozenTokens }),
});

interface Half {
  readonly kind: "keys" | "values";
  readonly layer: number;
  /** How many tokens. */
  readonly frozen: number;
  readonly trained: number;
  readonly init: "random" | "text";
}

/** Keys or values of one layer, [frozen + trained tokens, key/value width]. */
function keptAndTrained(
  program: Program,
  { kind, layer, frozen, trained, init }: Half,
  context: MethodContext,
): Tensor {
  const { config, textIds } = context;
  const width = config.keyValueHeads * config.headSize;
  const counts = [frozen, trained, textIds.length - frozen - trained];
  const parts =
    init === "text"
      ? firstRows(
          program,
          `cartridge ${kind} at the start.${layer}`,
          positionedKeyValue(program, kind, layer, context),
          counts,
        )
      : null;
  const start = (part: number): Initializer =>
    parts ? { kind: "tensor", tensor: parts[part]! } : { kind: "normal", std: 1 };
  const free = program.trainable(prefixNames[kind](layer), [trained, width], { initializer: start(1) });
  if (frozen === 0) return free;
  const first = program.frozen(frozenNames[kind](layer), [frozen, width], start(0));
  return joinRows(program, `cartridge ${kind}.${layer}`, [first, free]);
}

/** `x` cut into matrices of `counts` rows; of those that have none, nothing. */
function firstRows(
  program: Program,
  name: string,
  x: Tensor,
  counts: readonly number[],
): readonly (Tensor | undefined)[] {
  const some = counts.filter((count) => count > 0);
  const names = some.map((_, index) => `${name}, part ${index}`);
  const cut = some.length > 1 ? splitRows(program, names, x, some) : [x];
  return counts.map((count) => (count > 0 ? cut.shift() : undefined));
}
