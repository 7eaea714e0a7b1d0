import { describe, expect, it } from "vitest";
import { ia3 } from "../../../src/adapters/forms/ia3";
import { lnTuning } from "../../../src/adapters/forms/ln-tuning";
import { type LoraSettings, lora } from "../../../src/adapters/forms/lora";
import { pTuning } from "../../../src/adapters/forms/p-tuning";
import { type PrefixSettings, prefix } from "../../../src/adapters/forms/prefix";
import { type PromptSettings, prompt } from "../../../src/adapters/forms/prompt";
import type { PeftConfig } from "../../../src/adapters/peft-config";
import { fixtureFile } from "../../fixtures/reference";
import { configText, writingSite } from "./written";

const MODULES = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
const ALL = [0, 1].flatMap((layer) =>
  [...MODULES, "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"].map((module) => `model.layers.${layer}.${module}`),
);
const llama = writingSite();
const gpt2 = writingSite({ baseModel: "tiny-gpt2", keyValueHeads: 4, fanInFanOut: true });
const qwen2 = writingSite({ baseModel: "tiny-qwen2" });
const after = (site: typeof llama, virtualTokens: number) => ({ ...site, virtualTokens });
const rank4 = { type: "LORA", rank: 4, alpha: 8, targets: ["v_proj", "q_proj"], rankStabilised: false } as const;
const text = "Classify the question:";
const keys = (origin: PrefixSettings["origin"]) => ({ type: "PREFIX_TUNING", origin }) as const;
const words = (settings: Omit<PromptSettings, "type">) => ({ type: "PROMPT_TUNING", ...settings }) as const;
const factors = { targets: ["k_proj", "v_proj", "down_proj"], feedForward: ["down_proj"] };
const norms = ["input_layernorm", "post_attention_layernorm", "norm"];
const encoder = { origin: "encoder", encoder: "MLP", layers: 2, hidden: 24 } as const;

const cases: [string, PeftConfig][] = [
  ["tiny-llama/lora", lora.config(rank4, llama)],
  ["tiny-llama/rslora", lora.config({ ...rank4, rankStabilised: true }, llama)],
  ["tiny-llama/dora", lora.config({ ...rank4, dora: true }, llama)],
  ["tiny-llama/ia3", ia3.config({ type: "IA3", ...factors }, llama)],
  ["tiny-llama/ln-tuning", lnTuning.config({ type: "LN_TUNING", targets: norms }, llama)],
  ["tiny-llama/lora-all", lora.config({ ...rank4, rank: 2, alpha: 4, targets: ALL }, llama)],
  ["tiny-qwen2/lora", lora.config(rank4, qwen2)],
  ["tiny-gpt2/lora", lora.config({ ...rank4, targets: ["c_attn"] }, gpt2)],
  ["tiny-llama/prefix", prefix.config(keys("trained"), after(llama, 6))],
  ["tiny-gpt2/prefix", prefix.config(keys("trained"), after(gpt2, 6))],
  ["tiny-llama/sk-prefix", prefix.config(keys("folded"), after(llama, 15))],
  ["tiny-gpt2/sk-prefix", prefix.config(keys("folded"), after(gpt2, 14))],
  ["tiny-llama/prompt", prompt.config(words({ origin: "trained" }), after(llama, 6))],
  ["tiny-llama/prompt-text", prompt.config(words({ origin: "trained", text }), after(llama, 15))],
  ["tiny-gpt2/prompt-text", prompt.config(words({ origin: "trained", text }), after(gpt2, 14))],
  ["tiny-llama/sk-prompt", prompt.config(words({ origin: "folded" }), after(llama, 15))],
  ["tiny-llama/p-tuning", pTuning.config({ type: "P_TUNING", ...encoder }, after(llama, 6))],
];

describe("adapter_config.json is, character by character, what PEFT wrote", () => {
  it.each(cases)("%s", async (path, config) => {
    const file = await fixtureFile(`peft/${path}-sequence-classification/adapter_config.json`);
    const written = new TextDecoder().decode(await file.read(0, file.size));
    // The fixtures are indented by one space, PEFT's own files by two.
    const peft = written.trimEnd().replace(/^ +/gm, (spaces) => spaces + spaces);
    expect(configText(config)).toBe(peft);
  });
});

it("writes dropouts as floats and keeps fractions", () => {
  const settings: LoraSettings = { ...rank4, dropout: 0.05, alpha: 0 };
  const config = lora.config(settings, llama);
  expect(configText(config)).toContain('"lora_dropout": 0.05,');
  expect(configText({ ...config, lora_dropout: 1 })).toContain('"lora_dropout": 1.0,');
  expect(configText(config)).toContain('"lora_alpha": 0,');
});
