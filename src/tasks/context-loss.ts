/**
 * Loss on words of the prompt itself: labels of the examples before every row (CPT). In a causal
 * model the states of the prompt are the same in every row, so they are read from the first row of
 * a batch and counted once for each.
 */

import { contextShares } from "../kernels/context-shares";
import { gatherRows } from "../kernels/gather-rows";
import { dispatch } from "../kernels/kernel";
import { languageLoss as partLoss } from "../kernels/language-loss";
import { scatterRows } from "../kernels/scatter-rows";
import type { PromptLabel } from "../models/family";
import { ownTokens } from "../operations/own-tokens";
import { joinRows } from "../operations/rows";
import type { Place } from "../program/place";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import { headGradient, headLogits, languageLoss, PIECES, rowsAtOnce } from "./language-loss";
import { LABELS, type LabelWeights, sumLosses } from "./shares";
import type { LanguageHead, ReadOut, States } from "./task";

/**
 * The own tokens' states, the virtual tokens' after them, and PEFT's loss: the mean over the labels
 * of the rows and, once for every row that has any, the `labels`, each times its weight. The step
 * figures' first number stays the rows' own mean; the third is the mean of the weighted context
 * losses. With `weights` of the rows' labels the prompt counts in a row what the row's labels count
 * in the mean.
 */
export function withContextLoss(
  program: Program,
  own: Tensor,
  { hidden, virtualTokens, tokens }: Pick<States, "hidden" | "virtualTokens" | "tokens">,
  head: LanguageHead,
  labels: readonly PromptLabel[],
  weights?: LabelWeights,
): ReadOut {
  const context = ownTokens(program, "context states", hidden, { batch: 1, virtualTokens: 0, tokens: virtualTokens });
  const output = joinRows(program, "learned states", [own, context]);
  const [rows, width] = own.shape as [number, number];
  const vocabulary = head.weight.shape[0]!;
  const { first, parts, trained, last, scratch } = languageLoss(own, head, { weights });

  const key = labels.map(({ column, id, weight }) => `${column}:${id}:${weight}`).join(" ");
  const integers = (name: string, values: readonly number[]) =>
    constant(
      program.constant(
        `${name} ${rows} ${virtualTokens} ${key}`,
        [values.length],
        () => Int32Array.from(values),
        "int32",
      ),
    );
  const byColumn = (value: (label: PromptLabel) => number, none: number) => {
    const all = new Array<number>(virtualTokens).fill(none);
    for (const label of labels) all[label.column] = value(label);
    return all;
  };
  const columns = integers(
    "context columns",
    labels.map(({ column }) => column),
  );
  const places = integers(
    "context places",
    labels.map(({ column }) => rows + column),
  );
  const ids = integers(
    "context labels",
    byColumn(({ id }) => id, -100),
  );
  const mean = byColumn(({ weight }) => weight / labels.length, 0);
  const meanShares = constant(
    program.constant(`context shares ${virtualTokens} ${key}`, [virtualTokens], () => Float32Array.from(mean)),
  );
  const place = (slot: number): Place => ({ kind: "scratch", slot });
  const [states, logits, gradient] = [place(PIECES.states), place(PIECES.logits), place(PIECES.gradient)];
  const [shares, piece] = [place(PIECES.shares), place(PIECES.piece)];
  const after = scratch.length;
  const [losses, predictions, promptShares] = [place(after), place(after + 1), place(after + 2)];
  const at = (kind: "output" | "seed"): Place => ({ kind });

  const atOnce = Math.min(labels.length, rowsAtOnce(rows, vocabulary));
  const chunks = Array.from({ length: Math.ceil(labels.length / atOnce) }, (_, chunk) => {
    const start = chunk * atOnce;
    const some = Math.min(atOnce, labels.length - start);
    return [
      dispatch(gatherRows, { x: at("output"), indexes: places, out: states }, { start, rows: some, width }),
      ...headLogits(head, some, { states, logits, piece, place: constant }),
      dispatch(
        partLoss,
        { logits, indexes: columns, labels: ids, shares: promptShares, losses, predictions },
        { start, rows: some, vocabulary, cap: head.cap ?? 0 },
      ),
      ...headGradient(head, some, { logits, piece, gradient, place: constant }),
      dispatch(scatterRows, { x: gradient, indexes: places, out: at("seed") }, { start, rows: some, width }),
    ];
  });
  return {
    output,
    loss: {
      scratch: [...scratch, virtualTokens, virtualTokens, virtualTokens],
      first: [
        dispatch(
          contextShares,
          // Without weights their binding is not read.
          { labels: LABELS, weights: weights ? channel(weights) : LABELS, meanShares, shares, promptShares },
          { rows: rows / tokens, tokens, columns: virtualTokens, count: labels.length },
          { WEIGHTED: weights ? 1 : 0 },
        ),
      ],
      parts,
      trained,
      // Gradients have the shares in the mean over all; what is reported are the two means, each by
      // the shares in itself.
      last: [...first, ...last, ...chunks.flat(), sumLosses(virtualTokens, meanShares, losses, 2)],
      penalty: true,
    },
  };
}

const channel = ({ channel: name }: LabelWeights): Place => ({ kind: "channel", name });
const constant = (tensor: Tensor): Place => ({ kind: "value", tensor });
