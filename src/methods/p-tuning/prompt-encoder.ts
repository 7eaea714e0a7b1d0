/**
 * PEFT's `PromptEncoder`: embeddings of virtual tokens, and what an MLP or an LSTM with an MLP
 * makes of them.
 */

import { activation, gatedActivation } from "../../operations/activation";
import { add } from "../../operations/add";
import { linear } from "../../operations/linear";
import { joinRows, splitRows } from "../../operations/rows";
import { splitColumns } from "../../operations/split-columns";
import { view } from "../../operations/view";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { trainedLinear } from "../trained-linear";

const path = "prompt_encoder";

export interface PromptEncoder {
  readonly kind: "mlp" | "lstm";
  readonly hidden: number;
  /** Of the LSTM. */
  readonly layers: number;
}

/** [virtualTokens, width] */
export function encodedPrompt(program: Program, virtualTokens: number, width: number, encoder: PromptEncoder): Tensor {
  const embedding = program.trainable(`${path}.embedding.weight`, [virtualTokens, width], {
    initializer: { kind: "normal", std: 1 },
  });
  const { kind, hidden, layers } = encoder;
  const layer = (index: number, x: Tensor, to: number) => trainedLinear(program, `${path}.mlp_head.${index}`, x, to);
  const relu = (x: Tensor) => activation(program, `${path}.relu`, x, "relu");
  if (kind === "mlp") return layer(4, relu(layer(2, relu(layer(0, embedding, hidden)), hidden)), width);
  let x: Tensor = embedding;
  for (let index = 0; index < layers; index++) x = bidirectionalLstm(program, `${path}.lstm_head`, index, x, hidden);
  return layer(2, relu(layer(0, x, 2 * hidden)), width);
}

/**
 * One layer of torch.nn.LSTM in both directions from states of zero: [tokens, in] → [tokens, 2 ·
 * hidden].
 */
function bidirectionalLstm(program: Program, path: string, index: number, x: Tensor, hidden: number): Tensor {
  const tokens = x.shape[0]!;
  const forward = lstm(program, path, `l${index}`, x, hidden, false);
  const backward = lstm(program, path, `l${index}_reverse`, x, hidden, true);
  const rows = Array.from({ length: tokens }, (_, token) => [forward[token]!, backward[token]!]).flat();
  const joined = joinRows(program, `${path}.l${index} states`, rows);
  return view(program, `${path}.l${index}`, joined, [tokens, 2 * hidden]);
}

/**
 * i, f, g, o = W·x + b + U·h + c; cell ← σ(f)·cell + σ(i)·tanh(g); state = σ(o)·tanh(cell). The
 * state of every token.
 */
function lstm(program: Program, path: string, name: string, x: Tensor, hidden: number, reverse: boolean): Tensor[] {
  const [tokens, inputs] = x.shape as [number, number];
  const initializer = { kind: "uniform", bound: hidden ** -0.5 } as const;
  const weight = (part: string, width: number) =>
    program.trainable(`${path}.weight_${part}_${name}`, [4 * hidden, width], { initializer });
  const bias = (part: string) =>
    program.trainable(`${path}.bias_${part}_${name}`, [4 * hidden], { initializer, weightDecay: false });
  const label = (part: string) => `${path}.${name} ${part}`;
  const fromInput = linear(program, label("from input"), x, weight("ih", inputs), { bias: bias("ih") });
  const names = Array.from({ length: tokens }, (_, token) => label(`input ${token}`));
  const perToken = splitRows(program, names, fromInput, Array(tokens).fill(1));
  const recurrent = weight("hh", hidden);
  const recurrentBias = bias("hh");
  const zeros = program.constant(`zeros 1 × ${hidden}`, [1, hidden], () => new Float32Array(hidden));
  let [state, cell]: [Tensor, Tensor] = [zeros, zeros];
  const states: Tensor[] = Array(tokens);
  const order = Array.from({ length: tokens }, (_, place) => (reverse ? tokens - 1 - place : place));
  for (const token of order) {
    const own = linear(program, label("from state"), state, recurrent, { bias: recurrentBias });
    const gates = add(program, label("gates"), perToken[token]!, own);
    const parts = ["in", "forget", "candidate", "out"].map(label);
    const [into, forget, candidate, out] = splitColumns(program, parts, gates, Array(4).fill(hidden));
    const kept = gatedActivation(program, label("kept"), forget!, cell, "sigmoid");
    const bent = activation(program, label("bent candidate"), candidate!, "tanh");
    const added = gatedActivation(program, label("added"), into!, bent, "sigmoid");
    cell = add(program, label("cell"), kept, added);
    state = gatedActivation(
      program,
      label("state"),
      out!,
      activation(program, label("bent cell"), cell, "tanh"),
      "sigmoid",
    );
    states[token] = state;
  }
  return states;
}
