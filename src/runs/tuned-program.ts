/** One Program for a base model, a method and a task's read-out, for one batch shape. */

import { type BackwardPlan, planBackward } from "../backward/plan";
import { languageHead } from "../base/language-head";
import { INPUT_IDS, LENGTHS } from "../data/batches";
import { type Channel, channelLength } from "../data/channels";
import { formats } from "../data/formats/registry";
import type { MethodContext } from "../methods/method";
import type { AnyApproach } from "../methods/registry";
import type { Attachments, Batch, BuiltModel, Pooling, RunPooling } from "../models/family";
import { attentionProbabilities } from "../operations/attention";
import { dropout } from "../operations/dropout";
import { insertAfter } from "../operations/insert-after";
import { lastToken } from "../operations/pool";
import { view } from "../operations/view";
import type { LayerStrategy } from "../plan/layer-rates";
import { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { ReadAttention } from "../pruning/prune";
import { needsAttention, type Pruning } from "../pruning/registry";
import { classLoss, pooledState, valuesLoss } from "../tasks/heads";
import type { LanguageHead, Loss, ReadOut, States, Task } from "../tasks/task";
import { attachByLayer } from "./layers";
import { isTextAnswer, SAID_OF_TEXTS } from "./text-rows";

export type { Pooling };

export interface TunedSetup {
  readonly method: AnyApproach;
  /** As its schema gave them. */
  readonly options: unknown;
  readonly context: MethodContext;
  readonly task: Task;
  /** Label names that the task has; 0 where it has none. */
  readonly classes: number;
  readonly pooling: RunPooling;
  /** Channels of the batch that enter the model (`inputChannels`); default: none. */
  readonly inputs?: readonly Channel[];
  /** Frozen layers and rates by layer. */
  readonly layers?: LayerStrategy;
  /** Which part of every training batch is learned from; default: all. */
  readonly pruning?: Pruning | undefined;
  /** Factor on the adapter's learning rate for the head; default: the method's own, or 1. */
  readonly headLearningRateScale?: number;
  /** How many training rows there are, for answerers that go by them. */
  readonly trainingRows?: number;
  /** Whether it is only evaluated: no backward pass. */
  readonly onlyRead?: boolean;
  /**
   * Whether the words enter as embeddings that can be asked for a gradient, even where nothing
   * changes them. Default: no.
   */
  readonly wordsApart?: boolean;
  /** Looks on where things attach, and gives back what is attached. Default: nobody does. */
  readonly observe?: (attachments: Attachments) => Attachments;
}

export interface TunedProgram {
  readonly program: Program;
  /** [size · tokens] and [size], int32. */
  readonly ids: Tensor;
  readonly lengths: Tensor;
  readonly task: Task;
  /**
   * Where the loss's gradient enters: what the task's head gives; for language modelling the states
   * that the model's own head reads.
   */
  readonly logits: Tensor;
  readonly loss: Loss;
  /** The head over the vocabulary that the read-out is made with; null where it asks for none. */
  readonly vocabularyHead: LanguageHead | null;
  readonly built: BuiltModel;
  /** What enters for the row's own words: their embeddings [size · tokens, hiddenSize], or ids. */
  readonly words: Tensor;
  /** What the rows' states are after the last block, and where the read-out finds them. */
  readonly states: States;
  readonly backward: BackwardPlan;
  /** What the method put before the input: one prompt, or keys and values per layer. */
  readonly front: { readonly prompt?: Tensor; readonly keys: readonly Tensor[]; readonly values: readonly Tensor[] };
  /** Ids of the plain words after each row; empty where there are none. */
  readonly idsAfter: readonly number[];
  /** All virtual tokens of a row: those before the input, or of its prefix, and those after it. */
  readonly virtualTokens: number;
  /** Whether the method changes the word embeddings of the input itself. */
  readonly changesWords: boolean;
}

/** `size` rows of `tokens` tokens. */
export function buildTunedProgram(setup: TunedSetup, size: number, tokens: number): TunedProgram {
  const { method, options, context, task, classes, pooling, onlyRead = false } = setup;
  const pruning = onlyRead ? undefined : setup.pruning;
  const { family, config } = context;
  const model = buildTunedModel(setup, size, tokens);
  const { program, ids, lengths, attachments, built, words, keys, values, virtualTokens } = model;
  const states = beforeHead(program, setup, model.states);
  if (task.head === "vocabulary" && states.suffix > 0) {
    throw new Error(
      `${method.title}: virtual tokens after the text come after every word of the response, which cannot see them. ` +
        "For language modelling put them before it.",
    );
  }
  if (attachments.languageHead?.required && task.head !== "vocabulary") {
    throw new Error(
      `${method.title}: the head over the vocabulary is a target, but ${task.title.toLowerCase()} does not read it; its ` +
        "own head is trained whole. Leave it out of the targets.",
    );
  }
  const ownScale = method.trains ? method.headLearningRateScale?.(options) : undefined;
  const learningRateScale = setup.headLearningRateScale ?? ownScale ?? 1;
  let vocabularyHead: LanguageHead | null = null;
  const { output: logits, loss } =
    readOutOf(program, setup, states) ??
    task.readOut(program, states, {
      outputs: task.outputs(classes),
      pooling,
      learningRateScale,
      pruning,
      attention: pruning && needsAttention(pruning) ? lastAttention(program, built) : undefined,
      classifier:
        family.classify &&
        ((state, outputs) =>
          family.classify!(program, config, { state, classes: outputs, attachments, learningRateScale })),
      tokenHead: family.tokenHead,
      languageHead: () => {
        vocabularyHead = languageHead(program, context, attachments);
        return vocabularyHead;
      },
    });
  if (pruning && !loss.pruning) {
    throw new Error(
      `${method.title} learns from whole batches here: a part of them is chosen by the losses of labels or tokens, ` +
        `and ${method.trains ? "this loss is of something else" : "nothing of it is trained"}. Have it learn from all.`,
    );
  }
  const front = { prompt: attachments.prompt, keys, values };
  const changesWords = attachments.words !== undefined;
  const idsAfter = attachments.suffixIds ?? [];
  const common = {
    ...{
      program,
      ids,
      lengths,
      task,
      logits,
      vocabularyHead,
      built,
      words,
      states,
      front,
      idsAfter,
      virtualTokens,
      changesWords,
    },
  };
  if (onlyRead) {
    const parts = loss.parts.map((part) => ({ ...part, learn: [] }));
    return {
      ...common,
      loss: { ...loss, trained: [], parts },
      backward: { dispatches: [], saved: [], trained: [], slots: [] },
    };
  }
  const backward = planBackward(program, logits, loss.trained);
  const saved = [...new Set([...backward.saved, ...(loss.reads ?? [])])];
  return { ...common, loss, backward: { ...backward, saved } };
}

/** The mean over the heads of the last layer; undefined where every token sees all. */
export function lastAttention(program: Program, { attentions, virtualTokens }: BuiltModel): ReadAttention | undefined {
  const { own, prefixed } = attentions.at(-1)!;
  if (!own.options.causal) return undefined;
  const probabilities = attentionProbabilities(program, "attention of the last layer", own, "mean of heads");
  return { probabilities, firstQuery: virtualTokens, firstKey: prefixed + virtualTokens };
}

/** The states as a trained head reads them: with the dropout that the method asks for. */
function beforeHead(program: Program, { method, options, task }: TunedSetup, states: States): States {
  const rate = (method.trains && task.head === "own" && method.headDropout?.(options)) || 0;
  return { ...states, hidden: dropout(program, "states before the head", states.hidden, rate) };
}

/** An answerer's read-out in place of the task's; undefined for a method. */
function readOutOf(program: Program, setup: TunedSetup, states: States): ReadOut | undefined {
  const { method, options, context, task, classes, pooling, trainingRows } = setup;
  if (method.trains) return undefined;
  if (method.answers.from === "texts") return saidOfTexts(program, setup, states.size);
  if (formats[task.id].answer !== "label") {
    throw new Error(`${method.title} is for data with one label a row; this task is ${task.title.toLowerCase()}.`);
  }
  const { hidden, lengths, size, virtualTokens, suffix } = states;
  const { answers } = method;
  if (answers.from === "words") {
    const state = lastToken(program, "answering states", hidden, lengths, {
      batch: size,
      virtualTokens: virtualTokens + suffix,
    });
    const output = answers.logits(program, options, context, state, languageHead(program, context));
    return { output, loss: classLoss(output) };
  }
  if (trainingRows === undefined)
    throw new Error(`${method.title} answers from training rows, and there are none here.`);
  const state = pooledState(program, states, pooling);
  const output = answers.logits(program, options, state, { count: trainingRows, classes });
  return { output, loss: classLoss(output) };
}

/** What the host says of texts, as if a head had: the Program reads it and nothing else. */
function saidOfTexts(program: Program, { method, task, classes }: TunedSetup, size: number): ReadOut {
  const { answer } = formats[task.id];
  if (!isTextAnswer(answer)) {
    throw new Error(
      `${method.title} is for data with labels or a number for each row; this task is ${task.title.toLowerCase()}.`,
    );
  }
  const shape = [size, task.outputs(classes)];
  const output = view(program, "logits", program.provided(SAID_OF_TEXTS, shape, "texts"), shape);
  const loss = answer === "label" ? classLoss(output) : valuesLoss(output, answer === "labels" ? "binary" : "squared");
  return { output, loss };
}

/** The model with the method attached, up to the last states. */
export function buildTunedModel(setup: Omit<TunedSetup, "task" | "classes" | "pooling">, size: number, tokens: number) {
  const { method, options, context } = setup;
  const { family, config, precision, largestBuffer } = context;
  const program = new Program(precision, largestBuffer);
  const ids = program.input(INPUT_IDS, [size * tokens], "int32");
  const lengths = program.input(LENGTHS, [size], "int32");
  const inputs = (setup.inputs ?? []).map((channel) => {
    const { name, type } = channel;
    return [name, program.input(name, [channelLength(channel, size, tokens)], type)];
  });
  const attached = attachByLayer(program, config.layers, setup.layers ?? {}, method.title, () =>
    method.attach(program, options, context),
  );
  const attachments = setup.observe?.(attached) ?? attached;
  if (attachments.everyWeight) program.replaceWeights(attachments.everyWeight);
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  const { prefix } = attachments;
  const suffix = attachments.suffix?.shape[0] ?? 0;
  const words = enteringWords(program, ids, { size, tokens }, setup, attachments);
  const built = family.build(
    program,
    config,
    attachments.suffix ? insertAfter(program, "input with suffix", words, attachments.suffix, lengths, size) : words,
    { size, tokens: tokens + suffix, lengths, suffix, inputs: Object.fromEntries(inputs) },
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
  const states: States = {
    hidden: built.hidden,
    lengths,
    size,
    tokens,
    virtualTokens: built.virtualTokens,
    suffix,
    context: attachments.promptLabels,
  };
  const virtualTokens = (prefix?.virtualTokens ?? built.virtualTokens) + suffix;
  return { program, ids, lengths, states, attachments, built, words, keys, values, virtualTokens };
}

/**
 * The ids; or word embeddings, where the method changes them or puts something after them, or they
 * are wanted apart.
 */
function enteringWords(
  program: Program,
  ids: Tensor,
  batch: Batch,
  { context: { family, config }, wordsApart = false }: Pick<TunedSetup, "context" | "wordsApart">,
  { words, suffix }: Attachments,
): Tensor {
  if (!words && !suffix && !wordsApart) return ids;
  const own = family.embed(program, config, "input words", ids);
  return words?.(own, batch, ids) ?? own;
}
