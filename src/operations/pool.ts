/**
 * One state per sequence: of its last real or its first token, or the mean over its real tokens,
 * over virtual ones before them too, or over all positions. Padding counts in the last alone.
 */

import { dispatch } from "../kernels/kernel";
import { meanRowsBackward } from "../kernels/mean-rows-backward";
import { pickRowsBackward } from "../kernels/pick-rows-backward";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export interface PoolOptions {
  readonly batch: number;
  /** Virtual tokens before the input in every sequence of `x`. */
  readonly virtualTokens: number;
}

/**
 * `x` [batch · (virtualTokens + tokens), width], `lengths` [batch] int32 (real tokens, at least 1)
 * → [batch, width].
 */
export function lastToken(program: Program, name: string, x: Tensor, lengths: Tensor, options: PoolOptions): Tensor {
  const { batch, virtualTokens } = options;
  const width = x.shape[1]!;
  const tokens = x.shape[0]! / batch;
  const output = program.activation(name, [batch, width]);
  program.append({
    kind: "lastToken",
    inputs: [x, lengths],
    outputs: [output],
    forward: (graph) => {
      const starts = Array.from({ length: batch }, (_, row) => row * tokens + virtualTokens - 1);
      const rows = graph.value("Add", [graph.use(lengths), graph.literal(starts, "int32")]);
      graph.define(output, "Gather", [graph.use(x), rows], { axis: 0 });
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          pickRowsBackward,
          { lengths: tape.value(lengths), outputGradient, out },
          { batch, tokens, prefixLength: virtualTokens, width },
          { ACCUMULATE },
        ),
      );
    },
  });
  return output;
}

/**
 * As `lastToken`, but of the first token of the input; where `virtualTokens` is 0, of all tokens of
 * `x`.
 */
export function firstToken(program: Program, name: string, x: Tensor, options: PoolOptions): Tensor {
  const { batch } = options;
  const one = program.constant(`one of ${batch}`, [batch], () => new Int32Array(batch).fill(1), "int32");
  return lastToken(program, name, x, one, options);
}

/**
 * As `lastToken`, but the mean over every position: virtual tokens and padding count as the real
 * ones do.
 */
export function meanOfAll(program: Program, name: string, x: Tensor, batch: number): Tensor {
  const tokens = x.shape[0]! / batch;
  const all = program.constant(`${tokens} of ${batch}`, [batch], () => new Int32Array(batch).fill(tokens), "int32");
  return meanToken(program, name, x, all, { batch, virtualTokens: 0 });
}

/**
 * As `lastToken`, but the mean over the real tokens.
 * @param options `countVirtual`: over the virtual tokens before them too; default: no.
 */
export function meanToken(
  program: Program,
  name: string,
  x: Tensor,
  lengths: Tensor,
  options: PoolOptions & { readonly countVirtual?: boolean },
): Tensor {
  const { batch, virtualTokens, countVirtual = false } = options;
  const width = x.shape[1]!;
  const tokens = x.shape[0]! / batch;
  const output = program.activation(name, [batch, width]);
  program.append({
    kind: "meanToken",
    inputs: [x, lengths],
    outputs: [output],
    forward: (graph) => {
      // Virtual tokens that do not count get a position above every length, so that one comparison
      // masks them and the padding.
      const positions = Array.from({ length: tokens }, (_, token) =>
        token < virtualTokens && !countVirtual ? tokens : token - virtualTokens,
      );
      const column = graph.value("Reshape", [graph.use(lengths), graph.literal([batch, 1], "int64")]);
      const counted = countVirtual ? graph.value("Add", [column, graph.literal([virtualTokens], "int32")]) : column;
      const real = graph.value(
        "Cast",
        [graph.value("Less", [graph.literal(positions, "int32", [1, tokens]), column])],
        {
          to: 1,
        },
      );
      const share = graph.value("Div", [real, graph.value("Cast", [counted], { to: 1 })]);
      const mean = graph.value("MatMul", [
        graph.value("Reshape", [share, graph.literal([batch, 1, tokens], "int64")]),
        graph.value("Reshape", [graph.use(x), graph.literal([batch, tokens, width], "int64")]),
      ]);
      graph.define(output, "Reshape", [mean, graph.literal([batch, width], "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          meanRowsBackward,
          { lengths: tape.value(lengths), outputGradient, out },
          { batch, tokens, prefixLength: virtualTokens, width },
          { ACCUMULATE, COUNT_PREFIX: countVirtual ? 1 : 0 },
        ),
      );
    },
  });
  return output;
}
