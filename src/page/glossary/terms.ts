/**
 * The studio's words, each in one sentence: for dotted words on the page, and for the glossary of
 * docs/methods.md, which a test holds to this file.
 */

export interface Term {
  /** As it stands on the page and in documents. */
  readonly word: string;
  /** Other spellings of it. */
  readonly also?: readonly string[];
  readonly meaning: string;
}

export const terms = {
  adapter: {
    word: "adapter",
    also: ["adapters"],
    meaning: "what a method trains and you download: a small file beside the base model, which stays as it is",
  },
  alpha: { word: "alpha", meaning: "how strongly a LoRA update counts: it is multiplied by alpha / rank" },
  base: { word: "base model", meaning: "the pretrained model that all runs share" },
  batch: { word: "batch", also: ["batches"], meaning: "the rows that one step reads: all runs read the same ones" },
  beyondLuck: {
    word: "beyond luck",
    meaning:
      "so far apart that chance in the rows and seeds alone would rarely make it: in fewer than 5 of 100 comparisons",
  },
  calibrated: { word: "calibrated", meaning: "chances that are right as often as they say" },
  control: {
    word: "control",
    also: ["controls"],
    meaning: "a run that trains little or nothing, to say how much the frozen model knows already",
  },
  epoch: { word: "epoch", also: ["epochs"], meaning: "one pass over all training rows" },
  map: {
    word: "F",
    meaning:
      "the small trained map of SK-Tuning: it turns what the frozen model computed of a sentence into a prefix or prompt",
  },
  f1: {
    word: "macro F1",
    also: ["F1"],
    meaning:
      "precision and recall of each label in one number, averaged so that rare labels count as much as common ones",
  },
  flops: {
    word: "FLOPs",
    meaning: "how many additions and multiplications something takes: the same on every computer, unlike its time",
  },
  frozen: { word: "frozen", meaning: "not trained: the numbers stay as they were in the base model's files" },
  head: {
    word: "head",
    also: ["heads"],
    meaning: "the trained linear layer that turns a state of the model into scores for the labels",
  },
  heldOut: {
    word: "held out",
    also: ["held-out"],
    meaning: "kept out of training, so that what is measured there was never learned by heart",
  },
  learningRate: {
    word: "learning rate",
    also: ["learning rates"],
    meaning:
      "how far one step moves the trained numbers: too low and a run stays where it began, too high and it goes astray",
  },
  loss: {
    word: "loss",
    also: ["losses"],
    meaning:
      "how wrong a run is, sure mistakes counting most: training makes it smaller, and 0 would be always right and sure",
  },
  majority: { word: "majority", meaning: "always giving the most common label, without reading: a bar to beat" },
  mcc: {
    word: "Matthews correlation",
    also: ["MCC"],
    meaning: "how well answers and labels agree, from −1 to 1; 0 is guessing, however common each label is",
  },
  nats: {
    word: "nats",
    also: ["nat"],
    meaning: "the unit of losses: one nat more means that the right answer was given a chance 2.7 times smaller",
  },
  perplexity: {
    word: "perplexity",
    meaning: "e to the mean loss per token: as if the model chose among that many equally likely tokens",
  },
  prefix: {
    word: "prefix",
    also: ["prefixes"],
    meaning: "keys and values that attention sees before the input's own, in every layer",
  },
  rank: {
    word: "rank",
    also: ["ranks"],
    meaning: "how many directions LoRA's update of a matrix has: more can say more, and train more numbers",
  },
  readOut: {
    word: "read-out",
    meaning: "which state the head reads (the last token's, the mean, the first token's), and the head itself",
  },
  seed: {
    word: "seed",
    also: ["seeds"],
    meaning:
      "the number that all randomness of a run comes from; runs with several seeds show how far chance moves a result",
  },
  softPrompt: {
    word: "soft prompt",
    also: ["soft prompts"],
    meaning: "virtual tokens before the input's embeddings, in the first layer only",
  },
  step: { word: "step", also: ["steps"], meaning: "one update of the trained numbers, from one batch of rows" },
  tokens: { word: "T", meaning: "how many virtual tokens a run has: each takes a place that the text could have" },
  temperature: {
    word: "temperature",
    meaning: "what a run's logits are divided by, tuned after training so that its chances can be trusted",
  },
  threshold: {
    word: "threshold",
    also: ["thresholds"],
    meaning: "from which chance on a label is given; tuned after training",
  },
  validation: {
    word: "validation",
    meaning: "rows that are kept out of training; losses and accuracies of the comparison are those on them",
  },
  virtualToken: {
    word: "virtual token",
    also: ["virtual tokens"],
    meaning: "a trained vector in the place of a token, before (or after) the real ones",
  },
} as const satisfies Record<string, Term>;

export type TermId = keyof typeof terms;

/** A meaning as a sentence of its own. */
export function sentenceOf(id: TermId): string {
  const { meaning } = terms[id];
  return `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`;
}

const spellings = (Object.keys(terms) as TermId[]).flatMap((id) => {
  const { word, also = [] }: Term = terms[id];
  return [word, ...also].map((spelling) => [spelling, id] as const);
});
/** Single letters stand for other things too: they are marked by hand. */
const found = spellings.filter(([spelling]) => spelling.length > 1);
const byLength = [...found].sort(([a], [b]) => b.length - a.length).map(([spelling]) => spelling);
const anyOf = new RegExp(`(?<![\\w-])(?:${byLength.join("|")})(?![\\w-])`, "g");

/** A text in parts: words of the glossary where they stand first, and what lies between. */
export function splitByTerms(text: string): { text: string; term: TermId | null }[] {
  const parts: { text: string; term: TermId | null }[] = [];
  const seen = new Set<TermId>();
  let end = 0;
  for (const { 0: spelling, index } of text.matchAll(anyOf)) {
    const [, term] = found.find(([one]) => one === spelling)!;
    if (seen.has(term)) continue;
    seen.add(term);
    if (index > end) parts.push({ text: text.slice(end, index), term: null });
    parts.push({ text: spelling, term });
    end = index + spelling.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), term: null });
  return parts;
}
