/**
 * Scaled dot-product attention with grouped key/value heads. Forward is onnxruntime's
 * MultiHeadAttention, or plain nodes where scores are bent by a soft cap; backward computes the
 * probabilities again from queries and keys, so nothing of size queries × keys is saved.
 */

import { attentionBias } from "../kernels/attention-bias";
import { attentionKeyValueGradient } from "../kernels/attention-key-value-gradient";
import { attentionQueryGradient } from "../kernels/attention-query-gradient";
import { attentionScores } from "../kernels/attention-scores";
import { attentionSoftCap } from "../kernels/attention-soft-cap";
import { attentionSoftCapBackward } from "../kernels/attention-soft-cap-backward";
import { attentionSoftmax } from "../kernels/attention-softmax";
import { attentionSoftmaxBackward } from "../kernels/attention-softmax-backward";
import { dispatch } from "../kernels/kernel";
import type { GraphWriter } from "../program/operation";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export interface AttentionOptions {
  readonly batch: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly scale: number;
  /**
   * Query i sees key j if j ≤ i + (keys − queries): keys before the queries' own are seen by all.
   */
  readonly causal: boolean;
  /**
   * Queries see only keys less than this many positions away, to both sides where not causal; keys
   * before the queries' own count too.
   */
  readonly window?: number;
  /**
   * What each head adds to the scaled scores of every query for the key at a position, counted from
   * 0 (ALiBi).
   */
  readonly keyBias?: (head: number, position: number) => number;
  /** [batch, 1, 1, keys], added to the scaled scores: see `paddingBias`. */
  readonly padding?: Tensor;
  /** Scaled scores s become cap · tanh(s / cap), before anything is added. */
  readonly softCap?: number;
}

/** What vanishes in the softmax. */
const HIDDEN = -1e9;

/**
 * `queries` [batch · queries, heads · headSize], `keys` and `values`
 * [batch · keys, keyValueHeads · headSize] → [batch · queries, heads · headSize].
 */
export function attention(
  program: Program,
  name: string,
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions,
): Tensor {
  const { batch, heads, keyValueHeads, headSize, scale, causal, softCap } = options;
  const queryCount = queries.shape[0]! / batch;
  const keyCount = keys.shape[0]! / batch;
  const sizes = { batch, queries: queryCount, keys: keyCount, heads, keyValueHeads, headSize, scale };
  const unscaled = { ...sizes, scale: 1 };
  const cellSizes = { batch, queries: queryCount, keys: keyCount, heads };
  const CAUSAL = causal ? 1 : 0;
  const { forwardBiases, backwardBiases } = biasesOf(program, queryCount, keyCount, options);
  const output = program.activation(name, queries.shape);
  program.append({
    kind: "attention",
    inputs: [queries, keys, values, ...forwardBiases],
    outputs: [output],
    forward: (graph) => {
      const fold = (tensor: Tensor, tokens: number) =>
        graph.value("Reshape", [graph.use(tensor), graph.literal([batch, tokens, tensor.shape[1]!], "int64")]);
      const repeat = (tensor: Tensor) =>
        heads === keyValueHeads
          ? fold(tensor, keyCount)
          : repeatHeads(graph, graph.use(tensor), { batch, tokens: keyCount, heads, keyValueHeads, headSize });
      const bias = sumBiases(graph, forwardBiases, queryCount);
      const [q, k, v] = [fold(queries, queryCount), repeat(keys), repeat(values)];
      const attended =
        softCap === undefined
          ? graph.value(
              "MultiHeadAttention",
              [q, k, v, "", "", bias],
              { num_heads: heads, scale: { float: scale } },
              "com.microsoft",
            )
          : cappedAttention(graph, { q, k, v, bias }, sizes, softCap);
      graph.define(output, "Reshape", [attended, graph.literal(output.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const [q, k, v] = [tape.value(queries), tape.value(keys), tape.value(values)];
      const cells = batch * heads * queryCount * keyCount;
      const probabilities = tape.scratch(cells);
      const scores = dispatch(attentionScores, { query: q, key: k, scores: probabilities }, sizes, { CAUSAL });
      tape.run(scores);
      if (softCap !== undefined) {
        tape.run(dispatch(attentionSoftCap, { scores: probabilities }, { ...cellSizes, cap: softCap }, { CAUSAL }));
      }
      for (const bias of backwardBiases) {
        const steps = { ...cellSizes, ...biasSteps(bias) };
        tape.run(dispatch(attentionBias, { bias: tape.value(bias), scores: probabilities }, steps, { CAUSAL }));
      }
      tape.run(dispatch(attentionSoftmax, { scores: probabilities }, sizes, { CAUSAL }));
      if (tape.needs(values)) {
        tape.send(values, (out, ACCUMULATE) =>
          dispatch(attentionKeyValueGradient, { weights: probabilities, x: outputGradient, out }, sizes, {
            CAUSAL,
            ACCUMULATE,
          }),
        );
      }
      if (!tape.needs(queries) && !tape.needs(keys)) return;
      const scoreGradient = tape.scratch(cells);
      tape.run(
        dispatch(attentionScores, { query: outputGradient, key: v, scores: scoreGradient }, unscaled, { CAUSAL }),
      );
      tape.run(dispatch(attentionSoftmaxBackward, { probabilities, gradient: scoreGradient }, sizes, { CAUSAL }));
      if (softCap !== undefined) {
        // The probabilities are read no more: their memory takes the scores before the cap again.
        tape.run(scores);
        const bindings = { scores: probabilities, gradient: scoreGradient };
        tape.run(dispatch(attentionSoftCapBackward, bindings, { ...cellSizes, cap: softCap }, { CAUSAL }));
      }
      tape.send(queries, (out, ACCUMULATE) =>
        dispatch(attentionQueryGradient, { scoreGradient, key: k, out }, sizes, { CAUSAL, ACCUMULATE }),
      );
      tape.send(keys, (out, ACCUMULATE) =>
        dispatch(attentionKeyValueGradient, { weights: scoreGradient, x: q, out }, sizes, { CAUSAL, ACCUMULATE }),
      );
    },
  });
  return output;
}

/** What attention computes its probabilities from. */
export interface AttentionSite {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly options: AttentionOptions;
}

/**
 * The probabilities with which queries attend to keys: [batch, heads, queries, keys], or their mean
 * over the heads [batch, queries, keys]. To be read: nothing learns through it, and no pass that
 * does not ask for it computes it.
 */
export function attentionProbabilities(
  program: Program,
  name: string,
  { queries, keys, options }: AttentionSite,
  over: "each head" | "mean of heads",
): Tensor {
  const { batch, heads, keyValueHeads, headSize } = options;
  const queryCount = queries.shape[0]! / batch;
  const keyCount = keys.shape[0]! / batch;
  const sizes = { ...options, queries: queryCount, keys: keyCount };
  const { forwardBiases } = biasesOf(program, queryCount, keyCount, options);
  const cells = [queryCount, keyCount];
  const output = program.activation(name, over === "each head" ? [batch, heads, ...cells] : [batch, ...cells]);
  program.append({
    kind: "attentionProbabilities",
    inputs: [queries, keys, ...forwardBiases],
    outputs: [output],
    forward: (graph) => {
      const bias = sumBiases(graph, forwardBiases, queryCount);
      const repeated = repeatHeads(graph, graph.use(keys), { batch, tokens: keyCount, heads, keyValueHeads, headSize });
      const scores = { q: graph.use(queries), k: repeated, bias };
      const probabilities = probabilitiesOf(graph, scores, sizes, options.softCap);
      if (over === "each head") graph.define(output, "Identity", [probabilities]);
      else graph.define(output, "ReduceMean", [probabilities, graph.literal([1], "int64")], { keepdims: 0 });
    },
    backward: () => {},
  });
  return output;
}

/**
 * What hides padding: [batch, 1, 1, virtualTokens + tokens] for `lengths` [batch] int32, of
 * sequences of `tokens` tokens after `virtualTokens` virtual ones, which are always seen.
 */
export function paddingBias(program: Program, lengths: Tensor, tokens: number, virtualTokens: number): Tensor {
  const batch = lengths.shape[0]!;
  const keys = virtualTokens + tokens;
  const output = program.activation("padding", [batch, 1, 1, keys]);
  program.append({
    kind: "paddingBias",
    inputs: [lengths],
    outputs: [output],
    forward: (graph) => {
      const places = Array.from({ length: keys }, (_, key) => key - virtualTokens);
      const column = graph.value("Reshape", [graph.use(lengths), graph.literal([batch, 1, 1, 1], "int64")]);
      const seen = graph.value("Less", [graph.literal(places, "int32", [1, 1, 1, keys]), column]);
      const missing = graph.value("Add", [graph.value("Cast", [seen], { to: 1 }), graph.literal([-1], "float32")]);
      graph.define(output, "Mul", [missing, graph.literal([-HIDDEN], "float32")]);
    },
    backward: () => {},
  });
  return output;
}

/**
 * What is added to the scaled scores. The backward kernels know causal attention, so what only says
 * that need not be added there.
 */
function biasesOf(program: Program, queries: number, keys: number, options: AttentionOptions) {
  const window = windowBias(program, queries, keys, options);
  const added = [keyBias(program, keys, options), options.padding].filter((bias) => bias !== undefined);
  const forwardBiases = window ? [window, ...added] : added;
  return { forwardBiases, backwardBiases: options.window ? forwardBiases : added };
}

/** [1, 1, queries, keys]: 0 where the key is visible; undefined where all are. */
function windowBias(
  program: Program,
  queries: number,
  keys: number,
  { causal, window = Infinity }: AttentionOptions,
): Tensor | undefined {
  if (!causal && window === Infinity) return undefined;
  const kind = `${causal ? "causal " : ""}bias${window === Infinity ? "" : ` within ${window}`}`;
  return program.constant(`${kind} ${queries} × ${keys}`, [1, 1, queries, keys], () =>
    Float32Array.from({ length: queries * keys }, (_, cell) => {
      const distance = Math.floor(cell / keys) + (keys - queries) - (cell % keys);
      return (causal && distance < 0) || Math.abs(distance) >= window ? HIDDEN : 0;
    }),
  );
}

/** [1, heads, 1, keys] */
function keyBias(program: Program, keys: number, { heads, keyBias }: AttentionOptions): Tensor | undefined {
  if (!keyBias) return undefined;
  return program.constant(`key bias ${heads} × ${keys}`, [1, heads, 1, keys], () =>
    Float32Array.from({ length: heads * keys }, (_, cell) => keyBias(Math.floor(cell / keys), cell % keys)),
  );
}

/** How far apart the entries of two sequences, heads and queries are; 0 where they share one. */
function biasSteps({ shape }: Tensor): { batchStep: number; headStep: number; queryStep: number } {
  const [batch, heads, queries, keys] = shape as [number, number, number, number];
  const step = (count: number, size: number) => (count === 1 ? 0 : size);
  return {
    batchStep: step(batch, heads * queries * keys),
    headStep: step(heads, queries * keys),
    queryStep: step(queries, keys),
  };
}

/**
 * The sum of all biases with a row for every query, as MultiHeadAttention takes it; empty where
 * there are none.
 */
function sumBiases(graph: GraphWriter, biases: readonly Tensor[], queries: number): string {
  if (biases.length === 0) return "";
  const sum = biases.map((bias) => graph.use(bias)).reduce((a, b) => graph.value("Add", [a, b]));
  if (biases.some(({ shape }) => shape[2] === queries)) return sum;
  const axes = [0, 1].map((axis) => Math.max(...biases.map(({ shape }) => shape[axis]!)));
  return graph.value("Expand", [sum, graph.literal([...axes, queries, biases[0]!.shape[3]!], "int64")]);
}

/**
 * Attention with bent scores, from plain nodes: MultiHeadAttention cannot bend them. [batch,
 * queries, heads, headSize].
 */
function cappedAttention(
  graph: GraphWriter,
  { q, k, v, bias }: { q: string; k: string; v: string; bias: string },
  sizes: { batch: number; queries: number; keys: number; heads: number; headSize: number; scale: number },
  softCap: number,
): string {
  const { batch, keys, heads, headSize } = sizes;
  const probabilities = probabilitiesOf(graph, { q, k, bias }, sizes, softCap);
  const byHead = apart(graph, v, [batch, keys, heads, headSize], [0, 2, 1, 3]);
  return graph.value("Transpose", [graph.value("MatMul", [probabilities, byHead])], { perm: [0, 2, 1, 3] });
}

/** [batch, heads, queries, keys], of queries and keys that have as many heads. */
function probabilitiesOf(
  graph: GraphWriter,
  { q, k, bias }: { q: string; k: string; bias: string },
  sizes: { batch: number; queries: number; keys: number; heads: number; headSize: number; scale: number },
  softCap?: number,
): string {
  const { batch, queries, keys, heads, headSize, scale } = sizes;
  const times = (x: string, factor: number) => graph.value("Mul", [x, graph.literal([factor], "float32")]);
  const products = graph.value("MatMul", [
    apart(graph, q, [batch, queries, heads, headSize], [0, 2, 1, 3]),
    apart(graph, k, [batch, keys, heads, headSize], [0, 2, 3, 1]),
  ]);
  const scores =
    softCap === undefined
      ? times(products, scale)
      : times(graph.value("Tanh", [times(products, scale / softCap)]), softCap);
  const visible = bias === "" ? scores : graph.value("Add", [scores, bias]);
  return graph.value("Softmax", [visible], { axis: -1 });
}

/** `x` in this shape, its axes in this order. */
function apart(graph: GraphWriter, x: string, shape: readonly number[], perm: readonly number[]): string {
  return graph.value("Transpose", [graph.value("Reshape", [x, graph.literal(shape, "int64")])], { perm });
}

/**
 * [batch · tokens, keyValueHeads · headSize] → [batch, tokens, heads · headSize], each head
 * repeated for its group.
 */
function repeatHeads(
  graph: GraphWriter,
  x: string,
  sizes: { batch: number; tokens: number; heads: number; keyValueHeads: number; headSize: number },
): string {
  const { batch, tokens, heads, keyValueHeads, headSize } = sizes;
  const apart = graph.value("Reshape", [x, graph.literal([batch * tokens, keyValueHeads, 1, headSize], "int64")]);
  const group = heads / keyValueHeads;
  const repeated = graph.value("Expand", [
    apart,
    graph.literal([batch * tokens, keyValueHeads, group, headSize], "int64"),
  ]);
  return graph.value("Reshape", [repeated, graph.literal([batch, tokens, heads * headSize], "int64")]);
}
