/**
 * Reads a run that does not learn as hoped: what stands out in its numbers, and what to try. Rules
 * over facts, nothing else; every rule says the numbers it goes by.
 */

import { majorityOf } from "../data/check/majority";

export interface DiagnosisFacts {
  readonly learningRate: number;
  /** The method's own. */
  readonly defaultLearningRate: number;
  readonly gradClip: number | null;
  readonly stepsPerEpoch: number;
  /** Of every step, in order. */
  readonly losses: readonly number[];
  readonly gradNorms: readonly number[];
  readonly evaluations: readonly { readonly step: number; readonly loss: number }[];
  /** Euclidean norm of each tensor's gradient in the last step. */
  readonly gradients: readonly { readonly tensor: string; readonly norm: number }[];
  /**
   * Mean norms of the virtual tokens' embeddings at the start and of the model's word embeddings;
   * null without either.
   */
  readonly embeddings: { readonly start: number; readonly table: number } | null;
  readonly rows: { readonly train: number; readonly truncated: number; readonly maxLength: number };
  /** Tokens of the method's text, and of a training row on average; null without a text. */
  readonly text: { readonly tokens: number; readonly rowTokens: number } | null;
  /**
   * For tasks with one class a row: training rows per class, and validation rows per true and
   * predicted class.
   */
  readonly classes: {
    readonly labels: readonly string[];
    readonly counts: readonly number[];
    readonly confusion: readonly (readonly number[])[];
  } | null;
  /** Why the run failed, if it did. */
  readonly failure: string | null;
}

export interface Finding {
  /** `problem`: enough to explain a run that does not learn. `hint`: worth a look. */
  readonly kind: "problem" | "hint";
  readonly sees: string;
  readonly tries: string;
}

/** Fewer steps than this say nothing about a trend. */
const FEWEST_STEPS = 12;

type Rule = (facts: DiagnosisFacts) => Finding | null;

const rules: readonly Rule[] = [
  failed,
  rises,
  standsStill,
  stillFalls,
  overfits,
  gradientMissing,
  alwaysClipped,
  startsFarFromWords,
  oneAnswer,
  unbalanced,
  truncates,
  seesLittle,
  textIsLong,
];

/** What stands out, the gravest first. Empty when nothing does. */
export function diagnose(facts: DiagnosisFacts): Finding[] {
  const findings = rules.map((rule) => rule(facts)).filter((finding) => finding !== null);
  return findings.toSorted((a, b) => Number(a.kind === "hint") - Number(b.kind === "hint"));
}

function failed({ failure, learningRate }: DiagnosisFacts): Finding | null {
  if (failure === null) return null;
  const tries = /not a number/.test(failure)
    ? `Try a learning rate of ${number(learningRate / 10)}, a tenth of this one, or a longer warm-up.`
    : "Continue from the last good step, or start again.";
  return { kind: "problem", sees: `The run failed: ${failure}.`, tries };
}

function rises({ losses, learningRate }: DiagnosisFacts): Finding | null {
  if (losses.length < FEWEST_STEPS) return null;
  const [first, , , last] = quarters(losses);
  if (last <= first * 1.05) return null;
  return {
    kind: "problem",
    sees: `The training loss rises: ${number(first)} in the first quarter of the steps, ${number(last)} in the last.`,
    tries: `The learning rate of ${number(learningRate)} is most likely too high; try ${number(learningRate / 3)}.`,
  };
}

function standsStill({ losses, gradNorms, learningRate, defaultLearningRate }: DiagnosisFacts): Finding | null {
  if (losses.length < FEWEST_STEPS) return null;
  const [first, , , last] = quarters(losses);
  if (last > first * 1.05 || last < first * 0.97) return null;
  const sees = `The training loss stands still: ${number(first)} in the first quarter of the steps, ${number(last)} in the last.`;
  const norm = median(gradNorms);
  if (norm < 1e-4) {
    const tries = "Hardly any gradient arrives at what is trained; check the method's options and its text.";
    return { kind: "problem", sees: `${sees} The gradient's norm is ${number(norm)}.`, tries };
  }
  const below = learningRate < defaultLearningRate;
  const rate = below ? defaultLearningRate : learningRate * 3;
  const why = below ? ", the method's default" : "";
  return { kind: "problem", sees, tries: `Try a learning rate of ${number(rate)}${why}, or more steps.` };
}

function stillFalls({ losses }: DiagnosisFacts): Finding | null {
  if (losses.length < 4 * FEWEST_STEPS) return null;
  const [, , third, last] = quarters(losses);
  if (last >= third * 0.9) return null;
  return {
    kind: "hint",
    sees: `The training loss was still falling at the end: from ${number(third)} to ${number(last)} in the last half.`,
    tries: "Train longer; the run has not finished learning.",
  };
}

function overfits({ losses, evaluations }: DiagnosisFacts): Finding | null {
  const last = evaluations.at(-1);
  if (!last || evaluations.length < 3 || losses.length < FEWEST_STEPS) return null;
  const best = evaluations.reduce((low, evaluation) => (evaluation.loss < low.loss ? evaluation : low));
  const [first, , , end] = quarters(losses);
  if (best.step === last.step || last.loss < best.loss * 1.05 || end >= first) return null;
  return {
    kind: "problem",
    sees:
      `It learns the training rows by heart: the validation loss was lowest at step ${best.step} (${number(best.loss)}) ` +
      `and has risen to ${number(last.loss)}, while the training loss fell to ${number(end)}.`,
    tries: "Keep the adapter with the lowest validation loss, stop early, train fewer parameters, or bring more rows.",
  };
}

function gradientMissing({ gradients }: DiagnosisFacts): Finding | null {
  const without = gradients.filter(({ norm }) => norm === 0);
  if (without.length === 0) return null;
  const named = without.slice(0, 3).map(({ tensor }) => tensor);
  const more = without.length > named.length ? ` and ${without.length - named.length} more` : "";
  return {
    kind: without.length === gradients.length ? "problem" : "hint",
    sees: `No gradient arrived in the last step at ${named.join(", ")}${more}, ${without.length} of ${gradients.length} tensors.`,
    tries: "They cannot learn: another tensor that starts at zero may come before them, or nothing reads them.",
  };
}

function alwaysClipped({ gradNorms, gradClip }: DiagnosisFacts): Finding | null {
  if (gradClip === null || gradNorms.length < FEWEST_STEPS) return null;
  const share = gradNorms.filter((norm) => norm > gradClip).length / gradNorms.length;
  if (share < 0.9) return null;
  return {
    kind: "hint",
    sees: `${percent(share)} of the gradients were cut to the norm ${number(gradClip)}; their median norm is ${number(median(gradNorms))}.`,
    tries: `Raise the largest gradient norm to about ${number(2 * median(gradNorms))}, or lower the learning rate.`,
  };
}

function startsFarFromWords({ embeddings }: DiagnosisFacts): Finding | null {
  if (!embeddings) return null;
  const ratio = embeddings.start / embeddings.table;
  if (ratio > 0.2 && ratio < 5) return null;
  return {
    kind: "problem",
    sees:
      `The virtual tokens started with a mean norm of ${number(embeddings.start)}; the model's words have ` +
      `${number(embeddings.table)}.`,
    tries:
      "Start them from a text or from words of the vocabulary; a frozen model reads vectors of a word's length best.",
  };
}

function oneAnswer({ classes, learningRate, defaultLearningRate }: DiagnosisFacts): Finding | null {
  if (!classes || classes.labels.length < 2 || classes.confusion.length === 0) return null;
  const answered = classes.labels.filter((_, label) => classes.confusion.some((row) => row[label]! > 0));
  if (answered.length !== 1) return null;
  return {
    kind: "problem",
    sees: `It answers "${answered[0]}" to every validation row.`,
    tries:
      "It has learned the labels' shares and nothing of the text: train longer, or with a learning rate of " +
      `${number(Math.max(defaultLearningRate, 3 * learningRate))}.`,
  };
}

function unbalanced({ classes }: DiagnosisFacts): Finding | null {
  if (!classes) return null;
  const most = majorityOf(classes.labels, classes.counts);
  if (!most?.isSkewed) return null;
  return {
    kind: "hint",
    sees: `${percent(most.share)} of the training rows are "${most.label}"; always answering so is that accurate.`,
    tries: "Go by macro F1 rather than accuracy, try class weights, or bring more rows of the rare labels.",
  };
}

function truncates({ rows }: DiagnosisFacts): Finding | null {
  const share = rows.truncated / Math.max(1, rows.train);
  if (share < 0.1) return null;
  return {
    kind: share > 0.5 ? "problem" : "hint",
    sees: `${percent(share)} of the rows are cut to ${rows.maxLength} tokens; what decides the label may be gone.`,
    tries: "Raise the maximum length.",
  };
}

function seesLittle({ losses, stepsPerEpoch }: DiagnosisFacts): Finding | null {
  if (losses.length === 0 || losses.length >= stepsPerEpoch) return null;
  return {
    kind: "hint",
    sees: `It has seen ${percent(losses.length / stepsPerEpoch)} of the training rows (${losses.length} of ${stepsPerEpoch} batches).`,
    tries: `One epoch takes ${stepsPerEpoch} steps.`,
  };
}

function textIsLong({ text }: DiagnosisFacts): Finding | null {
  if (!text || text.tokens <= 4 * text.rowTokens) return null;
  return {
    kind: "hint",
    sees: `The method's text has ${text.tokens} tokens, a row ${number(text.rowTokens)} on average: it drowns the input.`,
    tries: "Say the task in fewer words.",
  };
}

/** Mean of each quarter. */
function quarters(values: readonly number[]): [number, number, number, number] {
  const mean = (part: number) => {
    const from = Math.floor((part * values.length) / 4);
    const to = Math.floor(((part + 1) * values.length) / 4);
    return values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  };
  return [mean(0), mean(1), mean(2), mean(3)];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
