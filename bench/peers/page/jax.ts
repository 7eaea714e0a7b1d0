/**
 * The training in jax-js as its README writes such things: one jitted step of `valueAndGrad` and
 * AdamW over trees of arrays. (jax-js counts references: a value used again later is passed on as
 * `.ref`.)
 */

import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";

import { type Case, type CaseBatch, EMBEDDINGS, inputsFirst } from "../case";
import { dependencies } from "../package.json";
import type { Trainer } from "./trainer";

type Tree = Record<string, np.Array>;

type Batch = { ids: np.Array; last: np.Array; labels: np.Array };

type State = { trained: Tree; first: Tree; second: Tree; step: np.Array };

function rmsNorm(x: np.Array, weight: np.Array, epsilon: number): np.Array {
  const square = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(square.add(epsilon))).mul(weight);
}

/** `x` [rows, tokens, heads, size]; the tables [tokens, 1, size]. */
function rotate(x: np.Array, cosine: np.Array, sine: np.Array): np.Array {
  const [left, right] = np.split(x.ref, 2, -1) as [np.Array, np.Array];
  return x.mul(cosine).add(np.concatenate([right.neg(), left], -1).mul(sine));
}

function rotaryTables({ tokens, config }: Case): { cosine: np.Array; sine: np.Array } {
  const size = config.head_dim;
  const angles = Float32Array.from({ length: tokens * size }, (_, index) => {
    const pair = (index % size) % (size / 2);
    return Math.floor(index / size) * config.rope_theta ** ((-2 * pair) / size);
  });
  const table = (turn: (angle: number) => number) => np.array(angles.map(turn)).reshape([tokens, 1, size]);
  return { cosine: table(Math.cos), sine: table(Math.sin) };
}

/**
 * Logits [rows, classes] of the token at `last`. Padding is on the right, where no real token
 * looks.
 */
function forward(given: Case, trained: Tree, frozen: Tree, ids: np.Array, last: np.Array): np.Array {
  const { rows, tokens, config, lora } = given;
  const epsilon = config.rms_norm_eps;
  const weight = (name: string) => (trained[name] ?? frozen[name]!).ref;
  const project = (path: string, x: np.Array) => {
    if (!(`${path}.lora_A.weight` in trained)) return np.dot(x, weight(`${path}.weight`));
    const update = np.dot(np.dot(x.ref, weight(`${path}.lora_A.weight`)), weight(`${path}.lora_B.weight`));
    return np.dot(x, weight(`${path}.weight`)).add(update.mul(lora.alpha / lora.rank));
  };

  let x = np.take(weight(EMBEDDINGS), ids, 0);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const path = `model.layers.${layer}`;
    const heads = (part: string, input: np.Array, count: number) =>
      project(`${path}.self_attn.${part}`, input).reshape([rows, tokens, count, config.head_dim]);
    const turned = (states: np.Array) => rotate(states, weight("cosine"), weight("sine"));

    const normed = rmsNorm(x.ref, weight(`${path}.input_layernorm.weight`), epsilon);
    const queries = turned(heads("q_proj", normed.ref, config.num_attention_heads));
    const keys = turned(heads("k_proj", normed.ref, config.num_key_value_heads));
    const values = heads("v_proj", normed, config.num_key_value_heads);
    const mixed = nn.dotProductAttention(queries, keys, values, { isCausal: true }).reshape([rows, tokens, -1]);
    x = x.add(project(`${path}.self_attn.o_proj`, mixed));

    const fed = rmsNorm(x.ref, weight(`${path}.post_attention_layernorm.weight`), epsilon);
    const gate = nn.silu(project(`${path}.mlp.gate_proj`, fed.ref));
    x = x.add(project(`${path}.mlp.down_proj`, gate.mul(project(`${path}.mlp.up_proj`, fed))));
  }
  const state = np.einsum("btd,bt->bd", x, nn.oneHot(last, tokens));
  return np.dot(rmsNorm(state, weight("model.norm.weight"), epsilon), weight("score.weight"));
}

/**
 * `trainStep(state, frozen, batch)`: the next state and the loss before it. Takes over everything
 * but `frozen`.
 */
function trainStep(given: Case) {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = given.optimizer;

  const lossOf = (trained: Tree, frozen: Tree, { ids, last, labels }: Batch) => {
    const logits = forward(given, trained, frozen, ids, last);
    const loss = nn.logSoftmax(logits).mul(nn.oneHot(labels, given.classes)).sum().div(-given.rows);
    tree.dispose([trained, frozen]);
    return loss;
  };

  return jit((state: State, frozen: Tree, batch: Batch): [State, np.Array] => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(state.trained), frozen, batch);
    const step = state.step.add(1);
    const [rest1, rest2] = [beta1, beta2].map((beta) => np.subtract(1, np.power(beta, step.ref))) as [
      np.Array,
      np.Array,
    ];
    const next: State = { trained: {}, first: {}, second: {}, step };
    for (const [name, value] of Object.entries(state.trained)) {
      const gradient = gradients[name]!;
      const first = state.first[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
      const second = state.second[name]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const spread = np.sqrt(second.ref.div(rest2.ref)).add(epsilon);
      const change = first.ref.div(rest1.ref).div(spread).mul(learningRate);
      next.trained[name] = value.mul(1 - learningRate * weightDecay).sub(change);
      next.first[name] = first;
      next.second[name] = second;
    }
    tree.dispose([rest1, rest2]);
    return [next, loss];
  });
}

export async function openJax(given: Case, device: "wasm" | "webgpu"): Promise<Trainer> {
  const found = await init(device);
  if (!found.includes(device)) throw new Error(`jax-js finds no ${device} here.`);
  defaultDevice(device);
  const trained: Tree = {};
  const frozen: Tree = rotaryTables(given);
  for (const [name, { shape, data }] of inputsFirst(given)) {
    (given.trained.includes(name) ? trained : frozen)[name] = np.array(data, { shape: [...shape] });
  }
  const zeros = () => Object.fromEntries(Object.entries(trained).map(([name, { shape }]) => [name, np.zeros(shape)]));
  let state: State = { trained, first: zeros(), second: zeros(), step: np.array(0, { dtype: np.float32 }) };
  const int32 = (values: readonly number[], shape: number[]) => np.array(Int32Array.from(values), { shape });
  const update = trainStep(given);
  await blockUntilReady(frozen);

  return {
    version: `jax-js ${dependencies["@jax-js/jax"]}`,
    threads: device === "wasm" ? navigator.hardwareConcurrency : null,
    async step({ ids, lengths, labels }: CaseBatch) {
      const batch: Batch = {
        ids: int32(ids, [given.rows, given.tokens]),
        last: int32(
          lengths.map((length) => length - 1),
          [given.rows],
        ),
        labels: int32(labels, [given.rows]),
      };
      const [next, loss] = update(state, tree.ref(frozen), batch);
      state = next;
      await blockUntilReady(state);
      return (await loss.data())[0]!;
    },
  };
}
