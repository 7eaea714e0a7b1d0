import { describe, expect, it } from "vitest";
import {
  formatPeftConfig,
  ia3Config,
  lnTuningConfig,
  loraConfig,
  type PeftConfig,
  prefixConfig,
  promptConfig,
  pTuningConfig,
} from "../../../src/adapters/peft-config";
import { fixtureFile } from "../../fixtures/reference";

const MODULES = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
const ALL = [0, 1].flatMap((layer) =>
  [...MODULES, "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"].map((module) => `model.layers.${layer}.${module}`),
);
const llama = { baseModel: "tiny-llama", layers: 2 };
const gpt2 = { baseModel: "tiny-gpt2", layers: 2 };
const qwen2 = { baseModel: "tiny-qwen2", layers: 2 };
const lora = { rank: 4, alpha: 8, targets: ["v_proj", "q_proj"] };
const text = "Classify the question:";

const cases: [string, PeftConfig][] = [
  ["tiny-llama/lora", loraConfig({ ...llama, ...lora })],
  ["tiny-llama/rslora", loraConfig({ ...llama, ...lora, rsLora: true })],
  ["tiny-llama/dora", loraConfig({ ...llama, ...lora, dora: true })],
  ["tiny-llama/ia3", ia3Config({ ...llama, targets: ["k_proj", "v_proj", "down_proj"], feedForward: ["down_proj"] })],
  [
    "tiny-llama/ln-tuning",
    lnTuningConfig({ ...llama, targets: ["input_layernorm", "post_attention_layernorm", "norm"] }),
  ],
  ["tiny-llama/lora-all", loraConfig({ ...llama, rank: 2, alpha: 4, targets: ALL })],
  ["tiny-qwen2/lora", loraConfig({ ...qwen2, ...lora })],
  ["tiny-gpt2/lora", loraConfig({ ...gpt2, ...lora, targets: ["c_attn"], fanInFanOut: true })],
  ["tiny-llama/prefix", prefixConfig({ ...llama, virtualTokens: 6, keyValueHeads: 2, headSize: 12 })],
  ["tiny-gpt2/prefix", prefixConfig({ ...gpt2, virtualTokens: 6, keyValueHeads: 4, headSize: 12 })],
  ["tiny-llama/sk-prefix", prefixConfig({ ...llama, virtualTokens: 15, keyValueHeads: 2, headSize: 12, folded: true })],
  ["tiny-gpt2/sk-prefix", prefixConfig({ ...gpt2, virtualTokens: 14, keyValueHeads: 4, headSize: 12, folded: true })],
  ["tiny-llama/prompt", promptConfig({ ...llama, virtualTokens: 6, heads: 4, hiddenSize: 48 })],
  ["tiny-llama/prompt-text", promptConfig({ ...llama, virtualTokens: 15, heads: 4, hiddenSize: 48, text })],
  ["tiny-gpt2/prompt-text", promptConfig({ ...gpt2, virtualTokens: 14, heads: 4, hiddenSize: 48, text })],
  ["tiny-llama/sk-prompt", promptConfig({ ...llama, virtualTokens: 15, heads: 4, hiddenSize: 48, folded: true })],
  [
    "tiny-llama/p-tuning",
    pTuningConfig({
      ...llama,
      virtualTokens: 6,
      heads: 4,
      hiddenSize: 48,
      encoder: "MLP",
      encoderLayers: 2,
      encoderHiddenSize: 24,
    }),
  ],
];

describe("adapter_config.json is, character by character, what PEFT wrote", () => {
  it.each(cases)("%s", async (path, config) => {
    const file = await fixtureFile(`peft/${path}-sequence-classification/adapter_config.json`);
    const written = new TextDecoder().decode(await file.read(0, file.size));
    // The fixtures are indented by one space, PEFT's own files by two.
    const peft = written.trimEnd().replace(/^ +/gm, (spaces) => spaces + spaces);
    expect(formatPeftConfig(config)).toBe(peft);
  });
});

it("writes dropouts as floats and keeps fractions", () => {
  const config = loraConfig({ ...llama, ...lora, dropout: 0.05, alpha: 0 });
  expect(formatPeftConfig(config)).toContain('"lora_dropout": 0.05,');
  expect(formatPeftConfig({ ...config, lora_dropout: 1 })).toContain('"lora_dropout": 1.0,');
  expect(formatPeftConfig(config)).toContain('"lora_alpha": 0,');
});
