/**
 * Weight decay pulls toward zero: every method leaves out what is a bias, a norm or another gain,
 * and what decays starts around zero or has a reason here.
 */

import { expect, it } from "vitest";
import { methods } from "../../../src/methods/registry";
import type { Trainable } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

/** Options that train tensors which a method's defaults do not. */
const also: Record<string, Record<string, unknown>[]> = {
  "sk-prefix": [{ map: "diagonal" }, { map: "lowRank" }, { shared: true }, { preset: "reference-code" }],
  "sk-prompt": [{ map: "dense" }, { map: "diagonal" }, { preset: "reference-code" }],
  prefix: [{ projection: 5 }, { init: "text", virtualTokens: null }],
  cartridge: [{ init: "text", virtualTokens: null }],
  prompt: [{ init: "text", virtualTokens: null }],
  "adapter-pfeiffer": [{ learnedScale: true }],
  road: [{ variant: "road_4" }],
};

/** What an untrained adapter multiplies by 1, or brings to the length that it has. */
const GAINS = [
  /\.ia3_l$/,
  /\.road_alpha$/,
  /\.lora_magnitude_vector\.weight$/,
  /\.scale$/,
  /^F(_[KV])?(\.\d+)?\.weight$/,
];
const BIAS = /bias/;
const NORM = /norm|ln_tuning|ln_[12f]/i;

/** Methods whose tensors decay although they do not start around zero, and why. */
const REVIEWED: Record<string, string> = {
  full: "the model's weights, as PyTorch's recipes have it",
  "half-fine-tuning": "the model's weights, as PyTorch's recipes have it",
  "last-layer": "the model's weights, as PyTorch's recipes have it",
  "sk-prefix": "embeddings of words: rows of a matrix, like the model's own",
  "sk-prompt": "embeddings of words: rows of a matrix, like the model's own",
  prompt: "embeddings of words: rows of a matrix, like the model's own",
  ptec: "embeddings of words: rows of a matrix, like the model's own",
  dept: "embeddings of words: rows of a matrix, like the model's own",
  ept: "embeddings of words: rows of a matrix, like the model's own",
  prefix: "a text's keys and values, of which none is neutral",
  cartridge: "a text's keys and values, of which none is neutral",
  vera: "a factor of a product that is neutral at zero",
  delora: "a factor of a product that is neutral at zero",
  randlora: "a factor of a product that is neutral at zero",
};

const aroundZero = ({ initializer }: Trainable) => ["zeros", "normal", "uniform"].includes(initializer.kind);

it.each(["tiny-llama", "tiny-bert", "tiny-gpt2"])(
  "%s: gains, norms and biases do not decay, and all else does",
  async (rig) => {
    const model = await tinyModel(rig);
    const seen = { gains: new Set<string>(), reviewed: new Set<string>() };
    for (const { id } of methods) {
      // It has no biases to train.
      if (id === "bitfit" && rig === "tiny-llama") continue;
      for (const options of [{}, ...(also[id] ?? [])]) {
        const setup = tinySetup(model, { name: id, method: id, options }, [11, 12, 13], 3);
        for (const tensor of buildTunedProgram(setup, 1, 4).program.trainables) {
          const gain = GAINS.some((name) => name.test(tensor.name));
          const kept = gain || BIAS.test(tensor.name) || NORM.test(tensor.name);
          expect(tensor.weightDecay, `${id} ${JSON.stringify(options)}: ${tensor.name}`).toBe(!kept);
          if (gain) seen.gains.add(id);
          if (kept || aroundZero(tensor)) continue;
          expect(REVIEWED, `${id}: ${tensor.name} starts as ${tensor.initializer.kind}`).toHaveProperty([id]);
          seen.reviewed.add(id);
        }
      }
    }
    expect([...seen.gains].sort()).toEqual(["adapter-pfeiffer", "dora", "ia3", "road", "sk-prefix", "sk-prompt"]);
    expect([...seen.reviewed].sort()).toEqual(Object.keys(REVIEWED).sort());
  },
);
