/**
 * Pruning as dispatches: from what the model says of a batch's labels in the step's own forward
 * pass to shares that are 0 where nothing is learned. Nothing waits for the host.
 */

import { LENGTHS } from "../data/batches";
import { EARLIER_LOSSES, rowLabels } from "../data/channels";
import { hashName } from "../data/random";
import { keepShare } from "../kernels/keep-share";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { LABEL_RULES, labelScores } from "../kernels/label-scores";
import { lossChange } from "../kernels/loss-change";
import { promptAttention } from "../kernels/prompt-attention";
import { pruneShares } from "../kernels/prune-shares";
import { ROW_FIGURES, rowFigures } from "../kernels/row-figures";
import { ROW_RULES, rowScores } from "../kernels/row-scores";
import { TOKEN_SCORES } from "../kernels/token-scores";
import type { Place } from "../program/place";
import type { Tensor } from "../program/tensor";
import { type Pruning, ruleOf } from "./registry";

/** What is learned of batches of so many rows, which may have several labels each. */
export interface PrunedBatches {
  readonly pruning: Pruning;
  readonly batch: number;
  /** Where it is needed, and there is any. */
  readonly attention?: ReadAttention | undefined;
}

/** The attention of a layer, as the mean over its heads. */
export interface ReadAttention {
  /** [rows, queries, keys] */
  readonly probabilities: Tensor;
  /** Where a row's own tokens begin. */
  readonly firstQuery: number;
  readonly firstKey: number;
}

/** The labels of a batch, as a loss has them. */
export interface BatchLabels {
  /** Rows of a batch. */
  readonly rows: number;
  /** Labels of each row: 1, or where every token has one its tokens. */
  readonly perRow: number;
  /** What every label counts for; written before. */
  readonly shares: Place;
  readonly attention?: ReadAttention | undefined;
  /** A new piece of working memory of so many float32. */
  readonly working: (elements: number) => Place;
}

export interface PrunedLabels {
  /** [labels, TOKEN_SCORES]: where the scores of the batch's labels are to be written first. */
  readonly scores: Place;
  /** Then these. */
  readonly dispatches: readonly Dispatch<Place>[];
}

const LABELS: Place = { kind: "channel", name: rowLabels.name };
const EARLIER: Place = { kind: "channel", name: EARLIER_LOSSES };
const LENGTHS_OF_ROWS: Place = { kind: "channel", name: LENGTHS };
const DRAW: Place = { kind: "draw" };

/**
 * @throws Error where tokens are to be left out, and it is rows that have labels; and where it goes
 * by attention to a prompt, and there is none
 */
export function prune(pruning: Pruning, { rows, perRow, shares, attention, working }: BatchLabels): PrunedLabels {
  const rule = ruleOf(pruning);
  const count = rows * perRow;
  if (rule.attention && !attention) {
    throw new Error(
      `${rule.title} chooses tokens of a response to a prompt; here there is none. Choose another rule, or have it ` +
        "learn from all.",
    );
  }
  if (perRow === 1 && pruning.tokens < 1) {
    throw new Error(
      "Tokens are left out where every token has a label; here a row has one. Leave out rows alone: a share of tokens " +
        `of 1, not ${pruning.tokens}.`,
    );
  }
  const scores = working(count * TOKEN_SCORES);
  const figures = working(rows * ROW_FIGURES);
  const [ofRows, corner, keptRows] = [working(rows), working(rows), working(rows)];
  const { rule: byRows, sign } = rule.rows(pruning);
  const choose = [
    ...(rule.earlier?.(pruning) ? [dispatch(lossChange, { scores, labels: LABELS, earlier: EARLIER }, { count })] : []),
    dispatch(rowFigures, { scores, labels: LABELS, figures }, { rows, span: perRow }),
    dispatch(
      rowScores,
      { figures, draw: DRAW, scores: ofRows, corner },
      { rows, salt: hashName("pruned rows") >>> 0, sign },
      { RULE: ROW_RULES[byRows] },
    ),
    dispatch(keepShare, { scores: ofRows, kept: keptRows }, { count: rows, span: rows, share: pruning.rows }),
  ];
  if (perRow === 1) {
    return { scores, dispatches: [...choose, take(keptRows, shares, { count, perRow }, true)] };
  }
  const [ofLabels, kept] = [working(count), working(count)];
  const { rule: byLabels, some, ...sizes } = rule.labels(pruning);
  return {
    scores,
    dispatches: [
      ...choose,
      ...(rule.attention && attention ? [attend(attention, rule.attention(pruning), { scores, rows, perRow })] : []),
      dispatch(
        labelScores,
        { losses: scores, labels: LABELS, keptRows, pruned: corner, draw: DRAW, scores: ofLabels },
        { rows, span: perRow, salt: hashName("pruned labels") >>> 0, ...sizes },
        { RULE: LABEL_RULES[byLabels], SOME: some ? 1 : 0 },
      ),
      dispatch(keepShare, { scores: ofLabels, kept }, { count, span: perRow, share: pruning.tokens }),
      take(kept, shares, { count, perRow }, false),
    ],
  };
}

/** Losses become what they and attention to the prompt come to. */
function attend(
  { probabilities, firstQuery, firstKey }: ReadAttention,
  { change, sign }: { readonly change: number; readonly sign: 1 | -1 },
  { scores, rows, perRow }: { readonly scores: Place; readonly rows: number; readonly perRow: number },
): Dispatch<Place> {
  const [, queries, keys] = probabilities.shape as [number, number, number];
  return dispatch(
    promptAttention,
    { scores, labels: LABELS, probabilities: { kind: "value", tensor: probabilities } },
    { rows, span: perRow, queries, keys, firstQuery, firstKey, change, sign },
  );
}

/** `whole`: a row is learned from with all its tokens. */
function take(
  kept: Place,
  shares: Place,
  sizes: Readonly<Record<"count" | "perRow", number>>,
  whole: boolean,
): Dispatch<Place> {
  const stepFigures: Place = { kind: "stepFigures" };
  return dispatch(pruneShares, { kept, tokens: LENGTHS_OF_ROWS, shares, stepFigures }, sizes, {
    COUNTED: whole ? 1 : 0,
  });
}
