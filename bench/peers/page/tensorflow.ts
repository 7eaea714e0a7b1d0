/**
 * The training in TensorFlow.js as its guides write such things: `variableGrads` of a loss over
 * frozen tensors and trained variables, tidied, and `tf.train.adam` after the decay that makes it
 * AdamW.
 */

import * as tf from "@tensorflow/tfjs";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plainUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threadedUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import "@tensorflow/tfjs-backend-webgpu";
import { type Case, type CaseBatch, EMBEDDINGS, inputsFirst } from "../case";
import type { Trainer } from "./trainer";

/** What hides a position's score. */
const HIDDEN = -1e9;

function rmsNorm(x: tf.Tensor, weight: tf.Tensor, epsilon: number): tf.Tensor {
  return x.mul(x.square().mean(-1, true).add(epsilon).rsqrt()).mul(weight);
}

/** `x` [rows, tokens, heads, size]; the tables [tokens, 1, size]. */
function rotate(x: tf.Tensor, cosine: tf.Tensor, sine: tf.Tensor): tf.Tensor {
  const [left, right] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
  return x.mul(cosine).add(tf.concat([right.neg(), left], -1).mul(sine));
}

/** Tensors that do not change from step to step. */
function constants({ tokens, config }: Case) {
  const size = config.head_dim;
  const angles = Float32Array.from({ length: tokens * size }, (_, index) => {
    const pair = (index % size) % (size / 2);
    return Math.floor(index / size) * config.rope_theta ** ((-2 * pair) / size);
  });
  const mask = Float32Array.from({ length: tokens * tokens }, (_, index) =>
    index % tokens > Math.floor(index / tokens) ? HIDDEN : 0,
  );
  return {
    cosine: tf.tensor3d(angles.map(Math.cos), [tokens, 1, size]),
    sine: tf.tensor3d(angles.map(Math.sin), [tokens, 1, size]),
    mask: tf.tensor2d(mask, [tokens, tokens]),
  };
}

/**
 * Logits [rows, classes] of each row's last real token. Padding is on the right, where no real
 * token looks.
 */
function forward(
  { rows, tokens, config, lora }: Case,
  weights: Record<string, tf.Tensor>,
  { cosine, sine, mask }: ReturnType<typeof constants>,
  ids: tf.Tensor1D,
  last: tf.Tensor1D,
): tf.Tensor2D {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: size, rms_norm_eps: epsilon } = config;
  const norm = (path: string, x: tf.Tensor) => rmsNorm(x, weights[`${path}.weight`]!, epsilon);
  const project = (path: string, x: tf.Tensor) => {
    const base = tf.matMul(x, weights[`${path}.weight`]!);
    const [down, up] = [weights[`${path}.lora_A.weight`], weights[`${path}.lora_B.weight`]];
    return down && up ? base.add(tf.matMul(tf.matMul(x, down), up).mul(lora.alpha / lora.rank)) : base;
  };
  /** [rows, heads, tokens, size]; keys and values are repeated for the heads that share them. */
  const perHead = (x: tf.Tensor) => {
    const turned = x.transpose([0, 2, 1, 3]);
    if (x.shape[2] === heads) return turned;
    const repeated = turned.reshape([rows * shared, 1, tokens, size]).tile([1, heads / shared, 1, 1]);
    return repeated.reshape([rows, heads, tokens, size]);
  };

  let x: tf.Tensor = tf.gather(weights[EMBEDDINGS] as tf.Tensor2D, ids);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const path = `model.layers.${layer}`;
    const normed = norm(`${path}.input_layernorm`, x);
    const part = (name: string, count: number) =>
      project(`${path}.self_attn.${name}`, normed).reshape([rows, tokens, count, size]);
    const queries = perHead(rotate(part("q_proj", heads), cosine, sine));
    const keys = perHead(rotate(part("k_proj", shared), cosine, sine));
    const scores = tf.matMul(queries, keys, false, true).div(Math.sqrt(size)).add(mask);
    const mixed = tf.matMul(tf.softmax(scores), perHead(part("v_proj", shared)));
    const joined = mixed.transpose([0, 2, 1, 3]).reshape([rows * tokens, heads * size]);
    x = x.add(project(`${path}.self_attn.o_proj`, joined));

    const fed = norm(`${path}.post_attention_layernorm`, x);
    const gate = project(`${path}.mlp.gate_proj`, fed);
    const gated = gate.mul(gate.sigmoid()).mul(project(`${path}.mlp.up_proj`, fed));
    x = x.add(project(`${path}.mlp.down_proj`, gated));
  }
  // A product and no `gather`, for which the wasm backend has no gradient.
  const states = tf.matMul(tf.oneHot(last, rows * tokens), x);
  return tf.matMul(norm("model.norm", states), weights["score.weight"]!) as tf.Tensor2D;
}

export async function openTensorFlow(given: Case, backend: string, threads: number): Promise<Trainer> {
  setWasmPaths({
    "tfjs-backend-wasm.wasm": plainUrl,
    "tfjs-backend-wasm-simd.wasm": simdUrl,
    "tfjs-backend-wasm-threaded-simd.wasm": threadedUrl,
  });
  setThreadsCount(threads);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} here.`);
  await tf.ready();

  const { learningRate, beta1, beta2, epsilon, weightDecay } = given.optimizer;
  const weights: Record<string, tf.Tensor> = {};
  for (const [name, { shape, data }] of inputsFirst(given)) weights[name] = tf.tensor(data, [...shape]);
  const trained = given.trained.map((name) => {
    const variable = tf.variable(weights[name]!, true, name);
    weights[name] = variable;
    return variable;
  });
  const fixed = constants(given);
  const adam = tf.train.adam(learningRate, beta1, beta2, epsilon);

  return {
    version: `TensorFlow.js ${tf.version.tfjs}`,
    // Never more than half of what the browser says the machine has.
    threads: backend === "wasm" ? getThreadsCount() : backend === "cpu" ? 1 : null,
    async step({ ids, lengths, labels }: CaseBatch) {
      const loss = tf.tidy(() => {
        const input = tf.tensor1d([...ids], "int32");
        const last = tf.tensor1d(
          lengths.map((length, row) => row * given.tokens + length - 1),
          "int32",
        );
        const targets = tf.oneHot(tf.tensor1d([...labels], "int32"), given.classes);
        const { value, grads } = tf.variableGrads(
          () => tf.losses.softmaxCrossEntropy(targets, forward(given, weights, fixed, input, last)),
          trained,
        );
        for (const variable of trained) variable.assign(variable.mul(1 - learningRate * weightDecay));
        adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
        return value;
      });
      const [number] = await loss.data();
      loss.dispose();
      return number!;
    },
  };
}
