/**
 * What is not equal between the runs of a comparison, in sentences: what somebody should know
 * before calling one method better than another. Not for which is ahead.
 */

/** A run, as far as it may be better or worse off than others. */
export interface RunTerms {
  readonly run: string;
  /** Numbers that the adapter trains; 0 where only the head is trained, or nothing. */
  readonly adapter: number;
  /** Whether it is trained in steps. */
  readonly trains: boolean;
  /** Whether it answers from the training rows, all of which it reads. */
  readonly readsRows: boolean;
  readonly virtualTokens: number;
  /** Floating-point operations of a step. */
  readonly flops: number;
  /** At its peak; 0 where none is trained. */
  readonly headLearningRate: number;
  /** Whether a sweep's factor applies to the head, too, as where it is all that is trained. */
  readonly headFollowsAdapter: boolean;
  /** Its rate was searched, or is to be. */
  readonly searched: boolean;
  /** What has changed since, in a sentence; null: nothing. */
  readonly changedSince: string | null;
  /** Of the adapter; null where nothing of it decays: gains and biases do not. */
  readonly weightDecay: number | null;
  /** Which part of its batches it learns from, in words; null: whole batches. */
  readonly pruning: string | null;
  /** Whether the untrained model reads all training rows before its first step. */
  readonly readsRowsFirst: boolean;
  /** Whether its first values are those of an adapter that was trained before. */
  readonly startsFromAdapter: boolean;
}

/** What all runs have alike. */
export interface CommonTerms {
  readonly trainRows: number;
  /** Rows of all batches of the training. */
  readonly rowsSeen: number;
  /** Of a sweep; one where there is none. */
  readonly learningRateFactors: readonly number[];
  /** 0 where there are none. */
  readonly testRows: number;
}

/** Counts and operations that lie within this factor are taken for equal. */
const ALIKE = 1.25;

/** None where everything is equal. */
export function unequal(runs: readonly RunTerms[], common: CommonTerms): string[] {
  // A rate that was found for something else, and rows that were seen before, are worth knowing of
  // a run that is alone, too.
  const changed = runs.flatMap((run) => run.changedSince ?? []);
  const before = trainedBefore(runs, common);
  if (runs.length < 2) return [...before, ...changed];
  return [
    ...before,
    parameters(runs),
    virtualTokens(runs),
    operations(runs),
    heads(runs),
    sweptHeads(runs, common),
    decays(runs),
    searched(runs),
    ...pruned(runs, common),
    ...changed,
    rowsRead(runs, common),
  ].filter((sentence) => sentence !== null);
}

function trainedBefore(runs: readonly RunTerms[], { testRows }: CommonTerms): string[] {
  const rows = testRows > 0 ? "validation or test rows" : "validation rows";
  return runs
    .filter(({ startsFromAdapter }) => startsFromAdapter)
    .map(
      ({ run }) =>
        `${run} starts from an adapter that was trained before: that training comes on top of this one, and which rows ` +
        `it saw is not known. If some of these ${rows} were among them, its figures are too good.`,
    );
}

function parameters(runs: readonly RunTerms[]): string | null {
  const [least, most] = ends(
    runs.filter(({ adapter }) => adapter > 0),
    ({ adapter }) => adapter,
  );
  if (!least || !most || most.adapter <= ALIKE * least.adapter) return null;
  return (
    `Adapters are of different sizes: ${most.run} trains ${count(most.adapter)} numbers, ` +
    `${times(most.adapter / least.adapter)} as many as ${least.run} (${count(least.adapter)}).`
  );
}

function virtualTokens(runs: readonly RunTerms[]): string | null {
  const longer = runs.filter(({ virtualTokens }) => virtualTokens > 0);
  if (longer.length === 0 || new Set(runs.map(({ virtualTokens }) => virtualTokens)).size === 1) return null;
  const each = longer.map(({ run, virtualTokens }) => `${run} ${count(virtualTokens)}`).join(", ");
  return `Virtual tokens take places that a longer text could have, and time in every step: ${each}.`;
}

function operations(runs: readonly RunTerms[]): string | null {
  const [least, most] = ends(
    runs.filter(({ adapter }) => adapter > 0),
    ({ flops }) => flops,
  );
  if (!least || !most || most.flops <= ALIKE * least.flops) return null;
  return `A step of ${most.run} computes ${times(most.flops / least.flops)} as much as one of ${least.run}.`;
}

function heads(runs: readonly RunTerms[]): string | null {
  const trained = runs.filter(({ headLearningRate }) => headLearningRate > 0);
  const [least, most] = ends(trained, ({ headLearningRate }) => headLearningRate);
  if (!least || !most || most.headLearningRate <= least.headLearningRate * (1 + 1e-9)) return null;
  return (
    `Heads learn at different rates, ${most.run} at ${rate(most.headLearningRate)} and ${least.run} at ` +
    `${rate(least.headLearningRate)}: part of a difference may be the heads'.`
  );
}

/** Where a sweep tries several rates of some heads and one of others. */
function sweptHeads(runs: readonly RunTerms[], { learningRateFactors: factors }: CommonTerms): string | null {
  const trained = runs.filter(({ headLearningRate }) => headLearningRate > 0);
  const swept = trained.filter(({ headFollowsAdapter }) => headFollowsAdapter);
  if (factors.length < 2 || swept.length === 0 || swept.length === trained.length) return null;
  const rates = swept.map(({ run, headLearningRate }) => {
    const [low, high] = [Math.min(...factors), Math.max(...factors)].map((factor) => rate(factor * headLearningRate));
    return `${run} (${low} to ${high})`;
  });
  return (
    `The sweep tries ${factors.length} learning rates of the head of ${rates.join(", ")}; the heads of the other runs ` +
    "learn at one."
  );
}

function decays(runs: readonly RunTerms[]): string | null {
  const decaying = runs.filter(({ weightDecay }) => weightDecay !== null);
  const decays = [...new Set(decaying.map(({ weightDecay }) => weightDecay))];
  if (decays.length < 2) return null;
  const each = decays.map((decay) => {
    const names = decaying.filter(({ weightDecay }) => weightDecay === decay).map(({ run }) => run);
    return `${decay} for ${names.join(", ")}`;
  });
  return `Adapters have different weight decays: ${each.join("; ")}.`;
}

function searched(runs: readonly RunTerms[]): string | null {
  const adapters = runs.filter(({ adapter }) => adapter > 0);
  const found = adapters.filter((run) => run.searched);
  if (found.length === 0 || found.length === adapters.length) return null;
  const names = (some: readonly RunTerms[]) => some.map(({ run }) => run).join(", ");
  return (
    `The learning rate was searched for ${names(found)}, and not for ` +
    `${names(adapters.filter((run) => !run.searched))}.`
  );
}

function pruned(runs: readonly RunTerms[], { trainRows }: CommonTerms): string[] {
  const pruning = runs.filter((run) => run.pruning !== null);
  if (pruning.length === 0) return [];
  const each = pruning.map((run) => `${run.run} learns from ${run.pruning}`);
  const first = pruning.filter(({ readsRowsFirst }) => readsRowsFirst);
  return [
    `${each.join("; ")}${pruning.length < runs.length ? "; the others learn from whole batches" : ""}. ` +
      "At equal steps they learn from different amounts: curves can be drawn by kept tokens." +
      (first.length === 0
        ? ""
        : ` For ${first.map(({ run }) => run).join(", ")} the untrained model reads all ${count(trainRows)} training ` +
          "rows first; their operations do not count."),
  ];
}

function rowsRead(runs: readonly RunTerms[], { trainRows, rowsSeen }: CommonTerms): string | null {
  const readers = runs.filter(({ readsRows }) => readsRows);
  if (readers.length === 0 || !runs.some(({ trains }) => trains) || rowsSeen >= trainRows) return null;
  const read = readers.length === 1 ? "reads" : "read";
  return (
    `${readers.map(({ run }) => run).join(", ")} ${read} all ${count(trainRows)} training rows; the runs that are trained ` +
    `see ${count(rowsSeen)} of them.`
  );
}

function ends(runs: readonly RunTerms[], of: (run: RunTerms) => number): [RunTerms | undefined, RunTerms | undefined] {
  const sorted = [...runs].sort((a, b) => of(a) - of(b));
  return [sorted[0], sorted.at(-1)];
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const count = (value: number) => whole.format(value);
const rate = (value: number) => String(Number(value.toPrecision(3)));
/** `1.3 times`, `17 times`. */
const times = (factor: number) => `${factor < 10 ? factor.toFixed(1) : count(factor)} times`;
