/**
 * Scores of any rows under any model that reads them: the frozen one, a run as it is, or a run with
 * other values in it. One forward pass of each row by the Programs that there are, for losses,
 * entropies, ranks, probabilities and states at once; gradients are another pass. Whoever wants one
 * of these for many rows asks here; a comparison's own evaluations are `runs/evaluation.ts`.
 */

import type { BaseModel } from "../base/base-model";
import { languageRefusal } from "../base/language-head";
import { leaves } from "../base/leaves";
import { withSession } from "../base/once";
import { bucketLengths } from "../data/batches";
import { countOf } from "../data/errors";
import type { TokenizedExample } from "../data/tokens";
import type { Scale, TaskId } from "../data/types";
import type { CompiledDispatches, DeviceBuffer, Executor } from "../executors/executor";
import type { Tokenizer } from "../hub/tokenizer";
import { gatherRows } from "../kernels/gather-rows";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { TOKEN_SCORES, tokenScores } from "../kernels/token-scores";
import { ownTokens } from "../operations/own-tokens";
import { bind, type Place } from "../program/place";
import type { Program } from "../program/program";
import { elementCount, type Tensor, tensorBytes } from "../program/tensor";
import type { Feed } from "../runs/feed";
import { Feeds } from "../runs/feeds";
import { byBucket } from "../runs/pooled-states";
import { buildTunedModel, buildTunedProgram, type TunedSetup } from "../runs/tuned-program";
import { pooledState } from "../tasks/heads";
import { headColumns, headLogits, rankOf, rowsAtOnce } from "../tasks/language-loss";
import { tasks } from "../tasks/registry";
import { type LanguageHead, type Task, taskChannels } from "../tasks/task";
import type { Reader } from "./reader";
import { rowGradients } from "./row-gradients";
import { type RowScores, roomForLabels, rowMeans, takeScores } from "./scores";
import { valueScores } from "./value-scores";

/**
 * What is asked of every row. `answer`: its label, by what the reader's task reads out. `language`:
 * its tokens, by the model's own head over its vocabulary, whatever the reader is trained for.
 */
export type Reading = "answer" | "language";

export interface Wanted {
  /** Losses, entropies, ranks and probabilities of labels. */
  readonly labels: boolean;
  readonly states: boolean;
  /** Only of what is trained, and of the reader's own loss. */
  readonly gradients: boolean;
  /** The token, or class, whose probability is asked for; null: that of every label. */
  readonly given: number | null;
}

export interface ScoringSetup {
  readonly executor: Executor;
  readonly model: BaseModel;
  readonly reader: Reader;
  readonly reading: Reading;
  readonly wanted: Wanted;
  readonly batchSize: number;
  /**
   * Rows whose mean loss the gradients are held against, where these are asked for. Default: none.
   */
  readonly against?: readonly TokenizedExample[] | null;
  /** Of the numbers that the task predicts. Default: none. */
  readonly scale?: Scale | null;
  /** What the rows' labels are of: a task's answers, or tokens of a text ("causal-lm"). */
  readonly labelled: TaskId;
  /** What has divided the rows into tokens. */
  readonly tokenizer: Tokenizer;
  /** Told before every batch how many rows are done; of all passes together. */
  readonly report: (done: number, total: number) => void;
  /** Ends the pass before the next batch. */
  readonly signal: AbortSignal;
}

/** Numbers passes, so that the buffers of two at once never count as one's. */
let passes = 0;

/**
 * The scores of rows that have at most `longestRow` tokens, in their order. A reader that is a run
 * must be compiled, and not train meanwhile; nothing of the pass stays on the device.
 * @throws Error before anything is read: where there are no rows, a row has no label where a loss
 * is asked for, another tokenizer has made the rows, or the reader has no such loss, state or
 * gradient. Rejects with the signal's reason.
 */
export async function scoreRows(setup: ScoringSetup, rows: readonly TokenizedExample[]): Promise<RowScores> {
  const { executor, model, reader, reading, wanted, batchSize, report, signal } = setup;
  const against = (wanted.gradients && setup.against) || null;
  for (const asked of against ? [rows, against] : [rows]) {
    const refusal = scoringRefusal(setup, asked);
    if (refusal !== null) throw new Error(refusal);
  }
  signal.throwIfAborted();
  const tuned = tunedSetupOf(reader, reading);
  const { task, classes } = tuned;
  const numbers = usesValues(task);
  if (wanted.labels && task.head === "vocabulary") await model.loadLanguageHead();
  const longest = longestRow(model, reader);
  const { scale = null } = setup;
  const owner = `row scores ${passes++}`;
  const channels = [...taskChannels(task, classes, scale), ...(tuned.inputs ?? [])];
  const buckets = bucketLengths(
    [...rows, ...(against ?? [])].map(({ ids }) => ids.length),
    longest,
  );
  try {
    const feed = new Feeds(executor, model, { buckets, batchSize, channels, owner }).after(
      reader.tunedSetup.context.textIds,
    );
    const shown = feed.shownRows(rows);
    const total =
      rows.length * ((wanted.labels || wanted.states ? 1 : 0) + (wanted.gradients ? 1 : 0)) + (against?.length ?? 0);
    const width = model.config.hiddenSize;
    const labels = wanted.labels && !numbers ? roomForLabels(shown) : null;
    const values = wanted.labels && numbers ? valueScores(task, rows, scale) : null;
    const states = wanted.states ? { width, values: new Float32Array(rows.length * width) } : null;
    let done = 0;
    if (labels || values || states) {
      for (const [bucket, batches] of byBucket(feed.batches(shown))) {
        await withBatch({ ...setup, tuned, feed, bucket, owner: `${owner} of ${bucket} tokens` }, async (read) => {
          for (const batch of batches) {
            signal.throwIfAborted();
            report(done, total);
            feed.fill(shown, batch);
            const said = await read();
            for (const [slot, row] of batch.rows.entries()) {
              const first = slot * (task.labels.perToken ? bucket : 1);
              if (labels) takeScores(said.scores!, first, row, labels);
              values?.take(said.logits!, slot, row);
              states?.values.set(said.states!.subarray(slot * width, (slot + 1) * width), row * width);
            }
            done += batch.rows.length;
          }
        });
      }
    }
    const gradients = wanted.gradients
      ? await rowGradients({ executor, model, reader, owner }, { buckets, channels }, rows, against, (row) => {
          signal.throwIfAborted();
          report(done + row, total);
        })
      : null;
    report(total, total);
    return {
      labels,
      losses: labels ? rowMeans(labels, labels.losses) : (values?.losses ?? null),
      entropies: labels ? rowMeans(labels, labels.entropies) : (values?.entropies ?? null),
      states,
      gradientNorms: gradients?.norms ?? null,
      gradientProducts: gradients?.products ?? null,
    };
  } finally {
    await executor.done();
    executor.memory.releaseOwner(owner);
  }
}

/** The most tokens that a row may have, beside the reader's virtual ones. */
export function longestRow(model: Pick<BaseModel, "config">, reader: Pick<Reader, "virtualTokens">): number {
  return model.config.contextLength - reader.virtualTokens;
}

/** Why these rows cannot be scored so; null where they can. */
export function scoringRefusal(
  { model, reader, reading, wanted, labelled, tokenizer }: ScoringSetup,
  rows: readonly Pick<TokenizedExample, "ids" | "labels" | "row">[],
): string | null {
  const { method } = reader.tunedSetup;
  const { task } = tunedSetupOf(reader, reading);
  if (rows.length === 0) return "There are no rows to score.";
  if (!wanted.labels && !wanted.states && !wanted.gradients) return "Nothing is asked of the rows: choose a score.";
  if (tokenizer !== model.tokenizer) {
    return (
      "The rows were divided into tokens by another tokenizer than the model's, so their ids mean other words to it. " +
      "Open the rows again with this model."
    );
  }
  const longest = longestRow(model, reader);
  const long = rows.find(({ ids }) => ids.length > longest);
  if (long) return `Row ${long.row} has ${long.ids.length} tokens; ${longest} can be read beside the virtual ones.`;
  if (wanted.states && !method.trains && method.answers.from === "texts") {
    return `${method.title} answers from texts alone: rows have no states.`;
  }
  if (wanted.gradients && reading === "language" && reader.tunedSetup.task.head === "own") {
    return "Gradients are of the loss that the run is trained for. Ask for them with its own answer.";
  }
  if (wanted.gradients && !reader.parameters?.trainables.length) {
    return `${reader.parameters ? method.title : "The frozen model"} trains nothing, so its loss has no gradient.`;
  }
  if (!wanted.labels && !wanted.gradients) return null;
  if (task.head === "vocabulary") {
    const { context } = reader.tunedSetup;
    const refusal = languageRefusal(context.family, context.languageHead ?? "words");
    if (refusal !== null) return refusal;
  }
  if (task.id !== labelled) {
    return reader.parameters
      ? `The rows are labelled for ${tasks[labelled].title.toLowerCase()}, and ${task.title.toLowerCase()} is asked of them.`
      : "The frozen model has no trained head, so it has no loss of an answer. Score its tokens, or its states.";
  }
  const bare = rows.filter(({ labels }) => labels.every((label) => label < 0));
  if (bare.length === 0) return null;
  const named = bare.slice(0, 5).map(({ row }) => row);
  const more = bare.length > named.length ? ", …" : "";
  return (
    `${countOf(bare.length, "row")} of ${rows.length} ${bare.length === 1 ? "has" : "have"} no label, so there is no loss ` +
    `(rows ${named.join(", ")}${more}). Leave them out, or ask for states alone.`
  );
}

/** How the reader reads: its own task, or as a language model. */
function tunedSetupOf({ tunedSetup }: Pick<Reader, "tunedSetup">, reading: Reading): TunedSetup {
  const own = { ...tunedSetup, onlyRead: true };
  if (reading === "answer" || tunedSetup.task.head === "vocabulary") return own;
  return { ...own, task: tasks["causal-lm"], classes: 0, inputs: [] };
}

/** Whether a row's target is numbers, not labels. */
const usesValues = (task: Task): boolean => (task.targets?.(1, null) ?? []).some(({ name }) => name === "values");

interface BatchSetup extends ScoringSetup {
  readonly tuned: TunedSetup;
  readonly feed: Feed;
  readonly bucket: number;
  readonly owner: string;
}

/** What was computed of a batch. Null where it was not asked for. */
interface Said {
  /** [labels of the batch, TOKEN_SCORES] */
  readonly scores: Float32Array | null;
  /** [rows, outputs], of tasks of numbers. */
  readonly logits: Float32Array | null;
  /** [rows, hiddenSize] */
  readonly states: Float32Array | null;
}

/** `work` may read batches of one padded length, as often as it likes; then all is let go. */
async function withBatch(
  { executor, reader, tuned, wanted, feed, bucket, batchSize, owner }: BatchSetup,
  work: (read: () => Promise<Said>) => Promise<void>,
): Promise<void> {
  const allocate = (label: string, elements: number) =>
    executor.memory.allocate(elements * 4, { label, category: "activations", owner });
  const compiled: CompiledDispatches[] = [];
  const batch = feed.buffers.get(bucket)!;
  const { program, answer, head, state } = buildScored(tuned, wanted, batchSize, bucket);
  try {
    const buffers = new Map<Tensor, DeviceBuffer>();
    for (const tensor of [answer, state]) {
      if (tensor) buffers.set(tensor, allocate(tensor.name, elementCount(tensor.shape)));
    }
    const bound = leaves(batch.layer, await reader.leaves());
    const scored = answer !== null && !usesValues(tuned.task) ? { answer, head, given: wanted.given } : null;
    const labels = batchSize * (tuned.task.labels.perToken ? bucket : 1);
    const scores = scored && allocate("scores of labels", labels * TOKEN_SCORES);
    const parts = scored ? scoringParts(scored, labels, allocate) : [];
    const at = (place: Place): DeviceBuffer => {
      if (place.kind === "value") return buffers.get(place.tensor) ?? bound(place.tensor);
      if (place.kind === "channel") return batch.buffer(place.name);
      if (place.kind === "labelled") return batch.labelled!;
      if (place.kind === "losses") return scores!;
      throw new Error(`A score reads no "${place.kind}".`);
    };
    for (const { dispatches, scratch } of parts) {
      const list = bind(dispatches, (place) => (place.kind === "scratch" ? scratch[place.slot]! : at(place)));
      compiled.push(await executor.compile(list, { owner }));
    }
    const rowsOfPart = parts[0]?.rows ?? 0;
    await withSession(executor, { program, leaves: bound }, buffers, (run) =>
      work(async () => {
        if (reader.ready) reader.ready(batch);
        else reader.rest();
        await run();
        const commands = executor.commands();
        const needed = head ? Math.ceil(batch.labelledCount / rowsOfPart) : parts.length;
        for (const part of compiled.slice(0, needed)) commands.run(part);
        await commands.submit();
        const read = async (buffer: DeviceBuffer | null | undefined, bytes: number) =>
          buffer ? new Float32Array(await executor.read(buffer, bytes)) : null;
        return {
          scores: await read(scores, labels * TOKEN_SCORES * 4),
          logits: answer && !scored ? await read(buffers.get(answer), tensorBytes(answer)) : null,
          states: state && (await read(buffers.get(state), tensorBytes(state))),
        };
      }),
    );
  } finally {
    for (const one of compiled) one.release();
    await executor.done();
    executor.memory.releaseOwner(owner);
  }
}

interface Scored {
  readonly program: Program;
  /** Logits; of a head over the vocabulary the states that it reads. Null: not asked for. */
  readonly answer: Tensor | null;
  /** Null where `answer` has logits. */
  readonly head: LanguageHead | null;
  readonly state: Tensor | null;
}

/** The Program of a batch, as far as something of it is asked for. */
function buildScored(tuned: TunedSetup, wanted: Wanted, size: number, tokens: number): Scored {
  if (!wanted.labels) {
    const { program, states } = buildTunedModel(tuned, size, tokens);
    return { program, answer: null, head: null, state: pooledState(program, states, tuned.pooling) };
  }
  const { program, logits, states, vocabularyHead } = buildTunedProgram(tuned, size, tokens);
  const state = wanted.states ? pooledState(program, states, tuned.pooling) : null;
  if (!vocabularyHead || tuned.task.head !== "vocabulary") return { program, answer: logits, head: null, state };
  const { hidden, virtualTokens } = states;
  const own = ownTokens(program, "scored tokens", hidden, { batch: size, virtualTokens, tokens });
  return { program, answer: own, head: vocabularyHead, state };
}

interface ScoringPart {
  readonly rows: number;
  readonly dispatches: readonly Dispatch<Place>[];
  readonly scratch: readonly DeviceBuffer[];
}

/** Scores of all labels of a batch; through a head over the vocabulary a part of them at a time. */
function scoringParts(
  { answer, head, given }: { answer: Tensor; head: LanguageHead | null; given: number | null },
  labels: number,
  allocate: (label: string, elements: number) => DeviceBuffer,
): ScoringPart[] {
  const [channel, scores] = [{ kind: "channel", name: "labels" } as const, { kind: "losses" } as const];
  const value = (tensor: Tensor): Place => ({ kind: "value", tensor });
  if (!head) {
    const width = answer.shape[1]!;
    const sizes = { start: 0, rows: labels, width, given: given ?? width };
    // Without a list its binding is not read.
    const bindings = { logits: value(answer), indexes: channel, labels: channel, scores };
    return [{ rows: labels, dispatches: [dispatch(tokenScores, bindings, sizes)], scratch: [] }];
  }
  const [vocabulary, width] = head.weight.shape as [number, number];
  const atOnce = rowsAtOnce(labels, vocabulary);
  const scratch = [
    allocate("states of labels", atOnce * width),
    allocate("logits of labels", atOnce * vocabulary),
    ...[headColumns(head), head.update ? rankOf(head.update) : 0].map((columns) =>
      allocate("part of logits of labels", Math.max(1, atOnce * columns)),
    ),
  ];
  const [states, logits, piece, inner] = scratch.map((_, slot): Place => ({ kind: "scratch", slot })) as [
    Place,
    Place,
    Place,
    Place,
  ];
  const indexes = { kind: "labelled" } as const;
  return Array.from({ length: Math.ceil(labels / atOnce) }, (_, part) => {
    const start = part * atOnce;
    const rows = Math.min(atOnce, labels - start);
    const bindings = { logits, indexes, labels: channel, scores };
    const dispatches = [
      dispatch(gatherRows, { x: value(answer), indexes, out: states }, { start, rows, width }),
      ...headLogits(head, rows, { states, logits, piece, inner, place: value }),
      dispatch(tokenScores, bindings, { start, rows, width: vocabulary, given: given ?? vocabulary }, { LISTED: 1 }),
    ];
    return { rows: atOnce, dispatches, scratch };
  });
}
