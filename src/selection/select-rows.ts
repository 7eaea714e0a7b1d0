/**
 * Which training rows of one division are learned from: their scores under the models that are
 * asked, and the choice by them. Once, before training; not for weights of rows
 * (`data/weighers`).
 */

import { frozenModel } from "../answers/next-token";
import type { BaseModel } from "../base/base-model";
import { createBreather } from "../data/breathe";
import { readChannel } from "../data/channels";
import { countOf, formatCount } from "../data/errors";
import { formats } from "../data/formats/registry";
import { Random } from "../data/random";
import type { TokenizedExample } from "../data/tokens";
import type { RowSelection, SelectionScore } from "../data/types";
import type { Executor } from "../executors/executor";
import { DYNAMICS_EPOCHS } from "../plan/pace";
import { type ComparisonData, inputChannels } from "../runs/rows";
import type { Reader } from "../scoring/reader";
import { knownScores } from "../scoring/score-cache";
import { longestRow, type ScoringSetup } from "../scoring/score-rows";
import type { RowScores } from "../scoring/scores";
import { textRow } from "../scoring/text-row";
import { takeBand } from "./band";
import { farthestPoints } from "./farthest-points";
import { divideByShare, keptCount } from "./quota";
import type { TrainingDynamics } from "./training-dynamics";
import { transport } from "./transport";
import { cosineDistances, unitStates } from "./unit-states";

export interface SelectionSetup {
  readonly executor: Executor;
  readonly model: BaseModel;
  readonly data: ComparisonData;
  /** Of the training rows, in their order: what the frozen model reads of a row with a label. */
  readonly texts: readonly string[];
  readonly selection: RowSelection;
  readonly batchSize: number;
  /** Of what is drawn at random. */
  readonly seed: number;
  /** Whether test rows decide, so that validation rows may have a say in what is learned. */
  readonly hasTest: boolean;
  /** Does work with a run, or an adapter, that is called so; nothing trains meanwhile. */
  readonly withReader: <Result>(name: string, use: (reader: Reader) => Promise<Result>) => Promise<Result>;
  /** What training says of the rows, epoch by epoch. */
  readonly dynamics: (epochs: number) => Promise<TrainingDynamics>;
  readonly report: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface Selected {
  /** Places among the training rows, ascending. */
  readonly kept: readonly number[];
  /** By which they were chosen; null where there is no score: at random, or by distances. */
  readonly scores: ArrayLike<number> | null;
  readonly dynamics: TrainingDynamics | null;
}

/** Entries of a matrix of distances that are held at once. */
const MOST_DISTANCES = 20_000_000;
/** Of the entropy, as a part of the mean distance. */
const REGULARIZATION = 0.05;

/**
 * @throws Error before or after scoring, with what is missing and both numbers, where rows or
 * models do not suit what is asked, a label would have no row, or there would be fewer rows than a
 * batch.
 */
export async function selectRows(setup: SelectionSetup): Promise<Selected> {
  const { data, selection, batchSize } = setup;
  const wanted = keptCount(selection, data.train.length);
  if (wanted < batchSize) {
    throw new Error(
      `Learn from: ${countOf(wanted, "row")} would be chosen of ${formatCount(data.train.length)}, and a batch has ` +
        `${formatCount(batchSize)}. Choose more rows, or a smaller batch.`,
    );
  }
  const { take, scores, dynamics } = await chooser(setup);
  const groups = groupsOf(data, selection.perLabel ?? false);
  const parts = divideByShare(
    groups.map(({ length }) => length),
    wanted,
  );
  const kept: number[] = [];
  for (const [place, members] of groups.entries()) kept.push(...(await take(members, parts[place]!)));
  kept.sort((a, b) => a - b);
  checkLabels(data, kept);
  return { kept, scores, dynamics };
}

/** As many rows at random, of each label alike where the chosen ones are. */
export function randomRows(data: ComparisonData, selection: RowSelection, seed: number): number[] {
  const random = new Random(seed, "random rows");
  const groups = groupsOf(data, selection.perLabel ?? false);
  const parts = divideByShare(
    groups.map(({ length }) => length),
    keptCount(selection, data.train.length),
  );
  const kept = groups.flatMap((members, place) => random.shuffle([...members]).slice(0, parts[place]!));
  return kept.sort((a, b) => a - b);
}

/** All rows, or those of each label, as places. */
function groupsOf({ task, train }: ComparisonData, perLabel: boolean): number[][] {
  if (!perLabel) return [[...train.keys()]];
  if (formats[task].answer !== "label") {
    throw new Error("Learn from: rows can be chosen of each label alike only where a row has one label.");
  }
  const groups = new Map<number, number[]>();
  for (const [place, { labels }] of train.entries()) {
    const members = groups.get(labels[0]!) ?? [];
    members.push(place);
    groups.set(labels[0]!, members);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, members]) => members);
}

/** Refuses a choice that leaves no row of a label which training rows have. */
function checkLabels({ task, train, labels }: ComparisonData, kept: readonly number[]): void {
  if (formats[task].answer !== "label") return;
  const left = new Set(kept.map((place) => train[place]!.labels[0]!));
  const lost = [...new Set(train.map((row) => row.labels[0]!))].filter((label) => !left.has(label));
  if (lost.length === 0) return;
  const named = lost.slice(0, 3).map((label) => `"${labels[label]}"`);
  throw new Error(
    `Learn from: none of the ${formatCount(kept.length)} chosen rows has the label ${named.join(", ")}` +
      `${lost.length > 3 ? ` and ${lost.length - 3} more` : ""}. Choose more rows, or of each label alike.`,
  );
}

interface Chooser {
  readonly take: (members: readonly number[], count: number) => number[] | Promise<number[]>;
  readonly scores: ArrayLike<number> | null;
  readonly dynamics: TrainingDynamics | null;
}

async function chooser(setup: SelectionSetup): Promise<Chooser> {
  const { selection, data, seed } = setup;
  const breathe = createBreather(() => setup.signal.throwIfAborted());
  switch (selection.by) {
    case "random": {
      const random = new Random(seed, "chosen rows");
      return { take: (members, count) => random.shuffle([...members]).slice(0, count), scores: null, dynamics: null };
    }
    case "loss": {
      const losses = await frozenLosses(setup);
      return byScore(losses, selection.prefer);
    }
    case "gain":
      return byScore(await gains(setup, selection), "high");
    case "diversity": {
      const { width, values } = await statesOf(setup, data.train);
      const units = unitStates(values, width);
      return {
        take: (members, count) => farthestPoints(units, width, members, count, breathe),
        ...{ scores: null, dynamics: null },
      };
    }
    case "difficulty": {
      const dynamics = await setup.dynamics(selection.epochs ?? DYNAMICS_EPOCHS);
      return { ...byScore(dynamics[selection.measure], selection.prefer), dynamics };
    }
    case "similarity":
      return byScore(await distancesToTarget(setup, selection.how, breathe), "low");
  }
}

const byScore = (scores: ArrayLike<number>, prefer: Parameters<typeof takeBand>[3]): Chooser => ({
  take: (members, count) => takeBand(scores, members, count, prefer),
  ...{ scores, dynamics: null },
});

/** Scores of rows under a reader; of those that are known already nothing is computed again. */
async function scoresOf(
  { executor, model, batchSize, data, report, signal }: SelectionSetup,
  reader: Reader,
  rows: readonly TokenizedExample[],
  asked: Pick<ScoringSetup, "reading" | "labelled" | "wanted">,
): Promise<RowScores> {
  const { tokenizer } = model;
  const setup = { ...{ executor, model, reader, batchSize, report, signal, tokenizer, scale: data.scale }, ...asked };
  return (await knownScores(setup, rows)).scores;
}

const LABELS = { labels: true, states: false, gradients: false, given: null };

/** The mean loss of each row's tokens: of the answer's where those are learned, else of all. */
async function frozenLosses(setup: SelectionSetup): Promise<Float64Array> {
  const { model, data, texts } = setup;
  const reader = frozenModel(model);
  const ofText = formats[data.task].answer === "text";
  const longest = Math.min(data.maxLength, longestRow(model, reader));
  const rows = ofText
    ? data.train
    : data.train.map(({ row }, place) => textRow(texts[place]!, row, model.tokenizer, longest));
  const asked = { reading: "language", labelled: "causal-lm", wanted: LABELS } as const;
  return (await scoresOf(setup, reader, rows, asked)).losses!;
}

/** Loss under one model less loss under the reference, row by row. */
async function gains(
  setup: SelectionSetup,
  { reference, over }: Extract<SelectionScore, { by: "gain" }>,
): Promise<Float64Array> {
  const { data, model, withReader } = setup;
  const asked = { reading: "answer", labelled: data.task, wanted: LABELS } as const;
  const said = (reader: Reader) => scoresOf(setup, reader, data.train, asked);
  if (over === undefined && formats[data.task].answer !== "text") {
    throw new Error(
      "Learn from: the frozen model has no trained head, so its loss of an answer cannot be compared with " +
        `${reference}. Choose a second run to compare with.`,
    );
  }
  const before = over === undefined ? await said(frozenModel(model)) : await withReader(over, said);
  const after = await withReader(reference, said);
  const gain = before.losses!.map((loss, row) => loss - after.losses![row]!);
  if (gain.some((one) => one !== 0)) return gain;
  throw new Error(
    `Learn from: ${reference} and ${over ?? "the frozen model"} have the same loss on every row, so there is no gain to ` +
      "choose by. Choose another reference.",
  );
}

/** Mean states under the frozen model. */
async function statesOf(setup: SelectionSetup, rows: readonly TokenizedExample[]) {
  const frozen = frozenModel(setup.model);
  const inputs = inputChannels(setup.model, (channel) => rows.some((row) => readChannel(row, channel)));
  const reader = { ...frozen, tunedSetup: { ...frozen.tunedSetup, pooling: "mean" as const, inputs } };
  const wanted = { labels: false, states: true, gradients: false, given: null };
  const { states } = await scoresOf(setup, reader, rows, { reading: "answer", labelled: "causal-lm", wanted });
  return states!;
}

/** How far each training row is from the validation rows: the least goes first. */
async function distancesToTarget(
  setup: SelectionSetup,
  how: "nearest" | "transport",
  breathe: () => Promise<void>,
): Promise<Float64Array> {
  const { data, hasTest } = setup;
  const { train, validation } = data;
  if (!hasTest) {
    throw new Error(
      "Learn from: rows like the validation rows would be judged by those very rows. Keep test rows (Data, Test): they " +
        "decide then.",
    );
  }
  if (train.length * validation.length > MOST_DISTANCES) {
    throw new Error(
      `Learn from: ${formatCount(train.length)} training rows and ${formatCount(validation.length)} validation rows are ` +
        `${formatCount(train.length * validation.length)} distances; ${formatCount(MOST_DISTANCES)} can be held. Take ` +
        "fewer validation rows.",
    );
  }
  const pool = await statesOf(setup, train);
  const target = await statesOf(setup, validation);
  const { width } = pool;
  const [from, to] = [unitStates(pool.values, width), unitStates(target.values, width)];
  const distances = await cosineDistances(from, to, width, breathe);
  const targets = validation.length;
  if (how === "nearest") {
    return Float64Array.from(train, (_, row) =>
      distances.subarray(row * targets, (row + 1) * targets).reduce((least, one) => Math.min(least, one), Infinity),
    );
  }
  const mean = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  return (await transport(distances, targets, REGULARIZATION * mean, { breathe })).gradients;
}
