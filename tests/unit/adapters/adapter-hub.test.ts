import { strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { modelCard } from "../../../src/adapters/card/model-card";
import { checkBase } from "../../../src/adapters/checks";
import type { AdapterFolder } from "../../../src/adapters/folder";
import {
  type BottleneckConfig,
  type BottleneckSettings,
  bottleneck,
  fromHubName,
  hubConfigs,
  toHubName,
} from "../../../src/adapters/forms/bottleneck";
import { readAdapterFiles } from "../../../src/adapters/read";
import { adapterFiles, zipAdapter } from "../../../src/adapters/write";
import type { NamedTensor } from "../../../src/hub/write-safetensors";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { writingSite } from "./written";

const settings: BottleneckSettings = {
  type: "BOTTLENECK",
  places: ["attention", "mlp"],
  parallel: false,
  start: "small",
  bottleneck: 2,
  activation: "silu",
  scale: 1,
  learnedScale: false,
  residual: false,
};
const houlsby = bottleneck.config(settings, writingSite({ hiddenSize: 6 })) as BottleneckConfig;

function tensors(module: string, { hiddenSize, bottleneck }: BottleneckConfig): NamedTensor[] {
  const shapes = { "down.weight": [bottleneck, hiddenSize], "down.bias": [bottleneck] };
  const all = { ...shapes, "up.weight": [hiddenSize, bottleneck], "up.bias": [hiddenSize] };
  return Object.entries(all).map(([part, shape], index) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(index + 0.5);
    return { name: `${module}.adapter.${part}`, shape, data };
  });
}

function folder(config: BottleneckConfig, modules = ["self_attn", "mlp"]): AdapterFolder {
  const head: NamedTensor = { name: "score.weight", shape: [3, 6], data: new Float32Array(18).fill(0.25) };
  const own = modules.flatMap((place) => tensors(`model.layers.0.${place}`, config));
  return { config, tensors: [...own, head], modelCard: "# Card\n", run: null };
}

const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));

describe("names", () => {
  const pairs = [
    ["model.layers.1.mlp.adapter.down.weight", "model.layers.1.output_adapters.adapters.studio.adapter_down.0.weight"],
    ["model.layers.0.self_attn.adapter.up.bias", "model.layers.0.attention_adapters.adapters.studio.adapter_up.bias"],
    [
      "transformer.h.2.attn.adapter.down.bias",
      "transformer.h.2.attention_adapters.adapters.studio.adapter_down.0.bias",
    ],
    ["transformer.h.2.mlp.adapter.up.weight", "transformer.h.2.output_adapters.adapters.studio.adapter_up.weight"],
  ] as const;
  it("are those that published code spells out for language models", () => {
    // How a tool that merges such adapters names them: the parts of its f-string, filled in.
    const [one, name, three] = [3, "merged", "weight"];
    expect(fromHubName(`model.layers.${one}.output_adapters.adapters.${name}.adapter_down.0.${three}`)).toBe(
      "model.layers.3.mlp.adapter.down.weight",
    );
  });

  it.each(pairs)("%s", (ours, hub) => {
    expect(toHubName(ours)).toBe(hub);
    expect(fromHubName(hub)).toBe(ours);
    expect(fromHubName(hub.replace(".studio.", ".my-task."))).toBe(ours);
  });

  it("of something else are refused", () => {
    expect(() => toHubName("model.layers.0.mlp.down_proj.weight")).toThrow(/no tensor of a bottleneck adapter/);
    expect(() => fromHubName("model.layers.0.output_adapters.adapters.a.gate.weight")).toThrow(/gate\.weight/);
  });
});

describe("a folder", () => {
  const kinds: [string, BottleneckConfig, string[]][] = [
    ["Houlsby", houlsby, ["self_attn", "mlp"]],
    ["Pfeiffer", { ...houlsby, places: ["mlp"], activation: "relu", residual: true }, ["mlp"]],
    [
      "parallel",
      { ...houlsby, places: ["mlp"], parallel: true, start: "silent", scale: 4, residual: true, bottleneck: 3 },
      ["mlp"],
    ],
  ];
  it.each(kinds)("%s: is read as it was written", async (_, config, modules) => {
    const adapter = folder(config, modules);
    const files = adapterFiles(adapter);
    expect(Object.keys(files).sort()).toEqual([
      "README.md",
      "adapter.safetensors",
      "adapter_config.json",
      "head_config.json",
      "model_head.safetensors",
    ]);
    const read = await readAdapterFiles(files);
    expect(read.config).toEqual(adapter.config);
    const byName = (list: NamedTensor[]) => new Map(list.map((tensor) => [tensor.name, tensor]));
    expect(byName(read.tensors)).toEqual(byName(adapter.tensors));
    expect(zipAdapter(adapter, "a").size).toBeGreaterThan(0);
  });

  it("says what AdapterHub's presets say", () => {
    const written = (config: BottleneckConfig) => json(adapterFiles(folder(config))["adapter_config.json"]).config;
    expect(written(houlsby)).toMatchObject({
      mh_adapter: true,
      output_adapter: true,
      original_ln_before: false,
      is_parallel: false,
      non_linearity: "swish",
      reduction_factor: 3,
      init_weights: "bert",
      scaling: 1,
    });
    expect(written(kinds[1]![1])).toMatchObject({
      mh_adapter: false,
      original_ln_before: true,
      non_linearity: "relu",
    });
    expect(written(kinds[2]![1])).toMatchObject({
      is_parallel: true,
      original_ln_before: false,
      scaling: 4,
      init_weights: "mam_adapter",
    });
    const head = json(adapterFiles(folder(houlsby))["head_config.json"]);
    expect(head).toMatchObject({ model_class: "LlamaForSequenceClassification", num_labels: 3, config: null });
  });

  it("has the keys that adapters 1.2 writes, floats as Python's", () => {
    const text = new TextDecoder().decode(adapterFiles(folder(houlsby))["adapter_config.json"]);
    // The library takes a scaling that is an integer for an unknown kind.
    expect(text).toContain('"scaling": 1.0,');
    expect(text).toContain('"dropout": 0.0,');
    expect(text).toContain('"reduction_factor": 3,');
    expect(Object.keys(JSON.parse(text).config).sort()).toEqual(
      [
        ...["adapter_residual_before_ln", "cross_adapter", "dropout", "factorized_phm_W", "factorized_phm_rule"],
        ...["hypercomplex_nonlinearity", "init_weights", "init_weights_seed", "inv_adapter"],
        ...["inv_adapter_reduction_factor", "is_parallel", "learn_phm", "leave_out", "ln_after", "ln_before"],
        ...["mh_adapter", "non_linearity", "original_ln_after", "original_ln_before", "output_adapter", "phm_bias"],
        ...["phm_c_init", "phm_dim", "phm_init_range", "phm_layer", "phm_rank", "reduction_factor"],
        ...["residual_before_ln", "scaling", "shared_W_phm", "shared_phm_rule", "stochastic_depth", "use_gating"],
      ].sort(),
    );
  });

  it("says of Pfeiffer's preset, key by key, what a folder that the library published says", () => {
    // Its `adapter1`, written by adapter-transformers 3.1; later versions only add keys.
    const published = {
      adapter_residual_before_ln: false,
      cross_adapter: false,
      init_weights: "bert",
      is_parallel: false,
      inv_adapter: null,
      inv_adapter_reduction_factor: null,
      leave_out: [],
      ln_after: false,
      ln_before: false,
      mh_adapter: false,
      non_linearity: "relu",
      original_ln_after: true,
      original_ln_before: true,
      output_adapter: true,
      reduction_factor: 16,
      residual_before_ln: true,
      scaling: 1,
      factorized_phm_W: true,
      factorized_phm_rule: false,
      hypercomplex_nonlinearity: "glorot-uniform",
      learn_phm: true,
      phm_bias: true,
      phm_c_init: "normal",
      phm_dim: 4,
      phm_init_range: 0.0001,
      phm_layer: false,
      phm_rank: 1,
      shared_W_phm: false,
      shared_phm_rule: true,
    };
    const pfeiffer = { ...houlsby, places: ["mlp"] as const, activation: "relu", residual: true, hiddenSize: 768 };
    const config = { ...pfeiffer, bottleneck: 48, reductionFactor: 16 };
    const { adapter } = hubConfigs(config, 2) as { adapter: { config: Record<string, unknown> } };
    expect(adapter.config).toMatchObject(published);
    const added = ["dropout", "init_weights_seed", "stochastic_depth", "use_gating"];
    expect(Object.keys(adapter.config).sort()).toEqual([...Object.keys(published), ...added].sort());
    expect(Object.keys(adapter).sort()).toEqual(
      ["config", "hidden_size", "model_class", "model_name", "model_type", "name", "version"].sort(),
    );
  });

  it("has by default what the library's own configurations have by default", () => {
    // The fields of `DoubleSeqBnConfig`, `SeqBnConfig` and `ParBnConfig` of adapters 1.2, as its
    // source declares them.
    const shared = { original_ln_after: true, residual_before_ln: true, adapter_residual_before_ln: false };
    const norms = { ln_before: false, ln_after: false, inv_adapter: null, leave_out: [], phm_layer: false };
    const both = { ...shared, ...norms, output_adapter: true, use_gating: false, dropout: 0 };
    const serial = { ...both, is_parallel: false, scaling: 1, init_weights: "bert", reduction_factor: 16 };
    const presets = {
      // But for the activation: the library takes swish, the paper's own code and the studio gelu.
      "adapter-houlsby": { ...serial, mh_adapter: true, original_ln_before: false, non_linearity: "gelu" },
      "adapter-pfeiffer": { ...serial, mh_adapter: false, original_ln_before: true, non_linearity: "relu" },
      "adapter-parallel": {
        ...both,
        mh_adapter: false,
        original_ln_before: false,
        non_linearity: "relu",
        reduction_factor: 2,
        is_parallel: true,
        scaling: 4,
        init_weights: "mam_adapter",
      },
    };
    const json = {
      model_type: "llama",
      hidden_size: 576,
      num_hidden_layers: 2,
      num_attention_heads: 9,
      hidden_act: "silu",
    };
    const sizes = { intermediate_size: 1536, vocab_size: 100, rms_norm_eps: 1e-5, max_position_embeddings: 64 };
    const family = familyOf({ ...json, ...sizes });
    const facts = { family, config: family.readConfig({ ...json, ...sizes }) };
    for (const [id, preset] of Object.entries(presets)) {
      const method = methodOf(id);
      const form = method.exportForm(method.options(facts).parse({}), facts) as BottleneckSettings;
      const config = bottleneck.config(form, writingSite({ baseModel: "base", hiddenSize: 576 })) as BottleneckConfig;
      const { adapter } = hubConfigs(config, 2) as { adapter: { config: object } };
      expect(adapter.config, id).toMatchObject(preset);
    }
  });

  it("keeps the reduction factor it was trained with", async () => {
    const given = { ...houlsby, reductionFactor: 2.5 };
    const files = adapterFiles(folder(given));
    expect(json(files["adapter_config.json"]).config.reduction_factor).toBe(2.5);
    expect((await readAdapterFiles(files)).config.bottleneck).toBe(2);
  });

  it("has a reduction factor from which AdapterHub gets the bottleneck", () => {
    for (const hiddenSize of [48, 576]) {
      for (let bottleneck = 1; bottleneck <= hiddenSize; bottleneck++) {
        const config = { ...houlsby, hiddenSize, bottleneck };
        const { adapter } = hubConfigs(config, 2) as { adapter: { config: { reduction_factor: number } } };
        expect(Math.floor(hiddenSize / adapter.config.reduction_factor)).toBe(bottleneck);
      }
    }
  });

  it("that does not fit is refused", async () => {
    const files = adapterFiles(folder(houlsby));
    const changed = (change: object) => {
      const config = json(files["adapter_config.json"]);
      const text = JSON.stringify({ ...config, config: { ...config.config, ...change } });
      return readAdapterFiles({ ...files, "adapter_config.json": strToU8(text) });
    };
    await expect(changed({ phm_layer: true })).rejects.toThrow(/Compacter/);
    await expect(changed({ use_gating: true })).rejects.toThrow(/gating/);
    await expect(changed({ scaling: "dynamic" })).rejects.toThrow(/number or learned/);
    await expect(changed({ scaling: "learned" })).rejects.toThrow(/scaling" is missing; it needs shape \[1\]/);
    await expect(changed({ leave_out: [1] })).rejects.toThrow(/other blocks than the lowest/);
    await expect(changed({ leave_out: [0] })).rejects.toThrow(/module in block 0, which the configuration leaves out/);
    await expect(changed({ architecture: "prefix_tuning" })).rejects.toThrow(/only bottleneck adapters/);
    await expect(changed({ reduction_factor: 2 })).rejects.toThrow(/width of 2, but .* asks for 3 \(6 \/ 2/);
    await expect(changed({ reduction_factor: { default: 16 } })).rejects.toThrow(/one number for all blocks/);
    await expect(changed({ residual_before_ln: "post_add" })).rejects.toThrow(/residual_before_ln/);
    await expect(changed({ original_ln_after: false })).rejects.toThrow(/original_ln_after/);
    await expect(changed({ mh_adapter: false })).rejects.toThrow(/self_attn\.adapter"; the configuration has none/);
    const { "model_head.safetensors": _, ...headless } = files;
    await expect(readAdapterFiles(headless)).rejects.toThrow(/no model_head\.safetensors/);
    const short = folder(houlsby);
    short.tensors = short.tensors.filter(({ name }) => !name.endsWith("mlp.adapter.up.bias"));
    await expect(readAdapterFiles(adapterFiles(short))).rejects.toThrow(/adapter_up\.bias" is missing.*\[6\]/);
    const read = await readAdapterFiles(files);
    expect(checkBase(read, "other")).toMatch(/"tiny-llama"; "other" is open/);
  });
});

it("the card loads it with adapters, or says why that would not do", () => {
  const content = {
    run: "Houlsby",
    method: "Adapter (Houlsby)",
    task: sequenceClassification.card(null),
    modelClass: sequenceClassification.modelClass,
    labels: ["a", "b"],
    pooling: "last",
    maxLength: 64,
    trainable: { adapter: 1, head: 1 },
    data: { file: "a.csv", trainRows: 1, validationRows: 1 },
    steps: 1,
    metrics: null,
    versions: {},
  } as const;
  const card = (config: BottleneckConfig) => modelCard({ ...content, config });
  expect(card(houlsby)).toContain("library_name: adapter-transformers");
  expect(card(houlsby)).toContain("use_safetensors=True");
  expect(card(houlsby)).not.toContain("PeftModel");
  expect(card({ ...houlsby, parallel: true })).toContain("predict something else");
  expect(card({ ...houlsby, modelType: "qwen2" })).toContain("has no modules for qwen2");
  expect(card({ ...houlsby, modelType: "bert" })).toContain("was not compared");
});
