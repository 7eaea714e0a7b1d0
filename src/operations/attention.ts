/**
 * Scaled dot-product attention with grouped key/value heads. Forward is onnxruntime's MultiHeadAttention; backward
 * computes the probabilities again from queries and keys, so nothing of size queries × keys is saved.
 */

import { attentionKeyBias } from "../kernels/attention-key-bias";
import { attentionKeyValueGradient } from "../kernels/attention-key-value-gradient";
import { attentionQueryGradient } from "../kernels/attention-query-gradient";
import { attentionScores } from "../kernels/attention-scores";
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
  /** Query i sees key j if j ≤ i + (keys − queries): keys in front of the queries' own are seen by all. */
  readonly causal: boolean;
  /** What each head adds to the scaled scores of every query for the key at a position, counted from 0 (ALiBi). */
  readonly keyBias?: (head: number, position: number) => number;
}

/**
 * `queries` [batch · queries, heads · headSize], `keys` and `values` [batch · keys, keyValueHeads · headSize] →
 * [batch · queries, heads · headSize].
 */
export function attention(
  program: Program,
  name: string,
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions,
): Tensor {
  const { batch, heads, keyValueHeads, headSize, scale, causal, keyBias } = options;
  const queryCount = queries.shape[0]! / batch;
  const keyCount = keys.shape[0]! / batch;
  const sizes = { batch, queries: queryCount, keys: keyCount, heads, keyValueHeads, headSize, scale };
  const unscaled = { ...sizes, scale: 1 };
  const CAUSAL = causal ? 1 : 0;
  const bias = causal
    ? program.constant(`causal bias ${queryCount} × ${keyCount}`, [1, 1, queryCount, keyCount], () =>
        causalBias(queryCount, keyCount),
      )
    : undefined;
  const slopes = keyBias
    ? program.constant(`key bias ${heads} × ${keyCount}`, [heads, keyCount], () =>
        Float32Array.from({ length: heads * keyCount }, (_, cell) =>
          keyBias(Math.floor(cell / keyCount), cell % keyCount),
        ),
      )
    : undefined;
  const output = program.activation(name, queries.shape);
  program.append({
    kind: "attention",
    inputs: [queries, keys, values, ...(bias ? [bias] : []), ...(slopes ? [slopes] : [])],
    outputs: [output],
    forward: (graph) => {
      const fold = (tensor: Tensor, tokens: number) =>
        graph.value("Reshape", [graph.use(tensor), graph.literal([batch, tokens, tensor.shape[1]!], "int64")]);
      const repeat = (tensor: Tensor) =>
        heads === keyValueHeads
          ? fold(tensor, keyCount)
          : repeatHeads(graph, graph.use(tensor), { batch, tokens: keyCount, heads, keyValueHeads, headSize });
      const added = [
        ...(bias ? [graph.use(bias)] : []),
        ...(slopes
          ? [graph.value("Reshape", [graph.use(slopes), graph.literal([1, heads, 1, keyCount], "int64")])]
          : []),
      ];
      const attended = graph.value(
        "MultiHeadAttention",
        [
          fold(queries, queryCount),
          repeat(keys),
          repeat(values),
          "",
          "",
          added.length > 1 ? graph.value("Add", added) : (added[0] ?? ""),
        ],
        { num_heads: heads, scale: { float: scale } },
        "com.microsoft",
      );
      graph.define(output, "Reshape", [attended, graph.literal(output.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const [q, k, v] = [tape.value(queries), tape.value(keys), tape.value(values)];
      const cells = batch * heads * queryCount * keyCount;
      const probabilities = tape.scratch(cells);
      tape.run(dispatch(attentionScores, { query: q, key: k, scores: probabilities }, sizes, { CAUSAL }));
      if (slopes) {
        const cells = { batch, queries: queryCount, keys: keyCount, heads };
        tape.run(dispatch(attentionKeyBias, { bias: tape.value(slopes), scores: probabilities }, cells, { CAUSAL }));
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

/** [queries, keys]: 0 where the key is visible, a number that vanishes in the softmax where it is not. */
function causalBias(queries: number, keys: number): Float32Array {
  const bias = new Float32Array(queries * keys);
  for (let query = 0; query < queries; query++) {
    bias.fill(-1e9, query * keys + query + (keys - queries) + 1, (query + 1) * keys);
  }
  return bias;
}

/** [batch · tokens, keyValueHeads · headSize] → [batch, tokens, heads · headSize], each head repeated for its group. */
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
