import { createHash } from "node:crypto";
import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { checkBase, checkFits, misfit } from "../../../src/adapters/checks";
import type { AdapterFolder } from "../../../src/adapters/folder";
import { loraConfig } from "../../../src/adapters/forms/lora";
import { readAdapterFiles, readAdapterZip } from "../../../src/adapters/read";
import { adapterFiles, folderName, zipAdapter } from "../../../src/adapters/write";
import { type NamedTensor, writeSafetensors } from "../../../src/hub/write-safetensors";
import { fixtureFile, fixtureTensors } from "../../fixtures/reference";
import { writingSite } from "./written";

const ADAPTERS = [
  "tiny-llama/lora",
  "tiny-llama/lora-all",
  "tiny-llama/rslora",
  "tiny-llama/dora",
  "tiny-llama/ia3",
  "tiny-llama/ln-tuning",
  "tiny-llama/prefix",
  "tiny-llama/prompt",
  "tiny-llama/prompt-text",
  "tiny-llama/p-tuning",
  "tiny-llama/sk-prefix",
  "tiny-llama/sk-prefix-lowrank",
  "tiny-llama/sk-prompt",
  "tiny-qwen2/lora",
  "tiny-qwen2/sk-prefix",
  "tiny-gpt2/lora",
  "tiny-gpt2/sk-prefix",
];

/** The files of an adapter that PEFT wrote. */
async function peftFiles(adapter: string): Promise<Record<string, Uint8Array>> {
  const names = ["adapter_config.json", "adapter_model.safetensors"];
  if (adapter.includes("sk-")) {
    names.push("sk_adapter.safetensors");
  }
  const files: Record<string, Uint8Array> = {};
  for (const name of names) {
    const file = await fixtureFile(`peft/${adapter}-sequence-classification/${name}`);
    files[name] = await file.read(0, file.size);
  }
  return files;
}

/** The same files with changed configuration or tensors (names as in the file). */
async function changed(
  adapter: string,
  changes: { config?: object; tensors?: (tensors: NamedTensor[]) => NamedTensor[] },
): Promise<Record<string, Uint8Array>> {
  const files = await peftFiles(adapter);
  if (changes.config) {
    const config = JSON.parse(new TextDecoder().decode(files["adapter_config.json"]));
    files["adapter_config.json"] = strToU8(JSON.stringify({ ...config, ...changes.config }));
  }
  if (changes.tensors) {
    const path = `peft/${adapter}-sequence-classification/adapter_model.safetensors`;
    const tensors = [...(await fixtureTensors(path)).values()] as NamedTensor[];
    files["adapter_model.safetensors"] = writeSafetensors(changes.tensors(tensors));
  }
  return files;
}

const Q_A = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
const zeros = (name: string, shape: number[]): NamedTensor => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});
const without = (name: string) => (tensors: NamedTensor[]) => tensors.filter((tensor) => tensor.name !== name);
const reshaped = (name: string, shape: number[]) => (tensors: NamedTensor[]) => [
  ...without(name)(tensors),
  zeros(name, shape),
];
const added = (name: string, shape: number[]) => (tensors: NamedTensor[]) => [...tensors, zeros(name, shape)];

describe("folders that PEFT wrote", () => {
  it.each(ADAPTERS)("%s is read, and written again equal", async (adapter) => {
    const files = await peftFiles(adapter);
    const read = await readAdapterFiles(files);
    expect(read.run).toBeNull();
    const written = adapterFiles(read);
    for (const name of Object.keys(files)) {
      if (name.endsWith(".safetensors")) {
        expect([name, Buffer.compare(written[name]!, files[name]!)]).toEqual([name, 0]);
      } else {
        const parse = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
        expect(parse(written[name]!)).toEqual(parse(files[name]!));
      }
    }
  });

  it("without optional keys takes PEFT's defaults", async () => {
    const config = { peft_type: "LORA", task_type: "SEQ_CLS", target_modules: ["q_proj", "v_proj"], r: 4 };
    const files = await peftFiles("tiny-llama/lora");
    files["adapter_config.json"] = strToU8(JSON.stringify(config));
    const read = await readAdapterFiles(files);
    expect(read.config).toMatchObject({ lora_alpha: 8, use_rslora: false, base_model_name_or_path: null });
  });
});

describe("what does not fit is refused", () => {
  const cases: [string, string, Parameters<typeof changed>[1], RegExp][] = [
    [
      "an unknown type",
      "tiny-llama/lora",
      { config: { peft_type: "MAGIC" } },
      /adapter type "MAGIC".*LORA, ADALORA, VERA, .*IA3/,
    ],
    ["another task", "tiny-llama/lora", { config: { task_type: "SEQ_2_SEQ_LM" } }, /task_type/],
    ["a rank that is text", "tiny-llama/lora", { config: { r: "4" } }, /\br: must be a number, and is "4"/],
    [
      "a pattern that leaves out a module",
      "tiny-llama/lora",
      { config: { target_modules: ".*q_proj" } },
      /v_proj".*\.\*q_proj/,
    ],
    [
      "a pattern that is none",
      "tiny-llama/lora",
      { config: { target_modules: "(" } },
      /"\(" is not a regular expression/,
    ],
    [
      "blocks that have tensors but no targets",
      "tiny-llama/lora",
      { config: { layers_to_transform: [1] } },
      /in blocks 1/,
    ],
    [
      "excluded modules",
      "tiny-llama/lora",
      { config: { exclude_modules: ["q_proj"] } },
      /"model.layers.0.self_attn.q_proj", which adapter_config.json excludes/,
    ],
    ["biases of the targets alone", "tiny-llama/lora", { config: { bias: "lora_only" } }, /biases/],
    ["trained biases that are not there", "tiny-llama/lora", { config: { bias: "all" } }, /has no biases/],
    [
      "trained biases beside factors that do something",
      "tiny-llama/lora",
      { config: { bias: "all" }, tensors: added(Q_A.replace("lora_A.weight", "base_layer.bias"), [48]) },
      /q_proj\.lora_B\.weight" is not zero beside trained biases/,
    ],
    ["a magnitude without DoRA", "tiny-llama/dora", { config: { use_dora: false } }, /does not say use_dora/],
    [
      "factors on the other side",
      "tiny-llama/ia3",
      { config: { feedforward_modules: [] } },
      /down_proj\.ia3_l" has shape \[1,128\], but a module whose outputs are scaled/,
    ],
    [
      "a feed-forward that is no target",
      "tiny-llama/ia3",
      { config: { feedforward_modules: ["up_proj"] } },
      /"up_proj" is not among the target modules/,
    ],
    ["a norm that is not configured", "tiny-llama/ln-tuning", { config: { target_modules: ["norm"] } }, /layernorm"/],
    [
      "a norm of two axes",
      "tiny-llama/ln-tuning",
      { tensors: reshaped("base_model.model.model.norm.ln_tuning_layers.weight", [6, 8]) },
      /norm\.ln_tuning_layers\.weight" has shape \[6,8\]/,
    ],
    [
      "a module of another rank than its pattern's",
      "tiny-llama/lora",
      { config: { rank_pattern: { v_proj: 8 } } },
      /v_proj\.lora_A\.weight" has shape \[4,48\], but rank 8/,
    ],
    ["a missing factor", "tiny-llama/lora", { tensors: without(Q_A) }, /q_proj\.lora_A\.weight" is missing/],
    [
      "an extra tensor",
      "tiny-llama/lora",
      { tensors: added("base_model.model.model.norm.weight", [48]) },
      /"base_model\.model\.model\.norm\.weight" is neither a LoRA factor nor the head's/,
    ],
    [
      "another rank than configured",
      "tiny-llama/lora",
      { config: { r: 2 } },
      /lora_A\.weight" has shape \[4,48\], but rank 2 \(adapter_config\.json\) asks for \[2,48\]/,
    ],
    ["a factor of other rank", "tiny-llama/lora", { tensors: reshaped(Q_A, [3, 48]) }, /\[3,48\].*\[4,48\]/],
    [
      "a module that is not configured",
      "tiny-llama/lora",
      { config: { target_modules: ["q_proj"] } },
      /tensors for "model\.layers\.0\.self_attn\.v_proj", which adapter_config\.json does not name/,
    ],
    [
      "a configured module without tensors",
      "tiny-llama/lora",
      { config: { target_modules: ["q_proj", "v_proj", "o_proj"] } },
      /no tensors for the target module "o_proj"/,
    ],
    ["DoRA without magnitudes", "tiny-llama/lora", { config: { use_dora: true } }, /magnitude_vector" is missing/],
    ["no head", "tiny-llama/lora", { tensors: without("base_model.model.score.weight") }, /no classification head/],
    ["no head", "tiny-llama/prefix", { tensors: without("base_model.score.weight") }, /no classification head/],
    [
      "a head under a LoRA name in a prefix",
      "tiny-llama/prefix",
      { tensors: (all) => all.map((t) => ({ ...t, name: t.name.replace("base_model.s", "base_model.model.s") })) },
      /"base_model\.model\.score\.weight" is neither the prompt nor the head's/,
    ],
    ["no prompt", "tiny-llama/prefix", { tensors: without("prompt_embeddings") }, /"prompt_embeddings" is missing/],
    [
      "another number of virtual tokens",
      "tiny-llama/prefix",
      { config: { num_virtual_tokens: 7 } },
      /"prompt_embeddings" has shape \[6,96\], but adapter_config\.json asks for \[7,96\]/,
    ],
    ["another width", "tiny-llama/prompt", { tensors: reshaped("prompt_embeddings", [6, 47]) }, /\[6,47\].*\[6,48\]/],
  ];
  it.each(cases)("%s (%s)", async (_, adapter, changes, message) => {
    await expect(readAdapterFiles(await changed(adapter, changes))).rejects.toThrow(message);
  });

  it("missing and broken files", async () => {
    const files = await peftFiles("tiny-llama/lora");
    const { "adapter_config.json": config, "adapter_model.safetensors": model } = files as Record<string, Uint8Array>;
    await expect(readAdapterFiles({ "adapter_model.safetensors": model! })).rejects.toThrow(/no adapter_config\.json/);
    await expect(readAdapterFiles({ "adapter_config.json": config! })).rejects.toThrow(/no adapter_model\.safetensors/);
    await expect(readAdapterFiles({ ...files, "adapter_config.json": strToU8("{") })).rejects.toThrow(
      /adapter_config\.json is not JSON/,
    );
    await expect(readAdapterFiles({ ...files, "adapter_config.json": strToU8("null") })).rejects.toThrow(
      /no peft_type is named/,
    );
    await expect(readAdapterFiles({ ...files, "run.json": strToU8("[]") })).rejects.toThrow(/run\.json does not hold/);
    await expect(
      readAdapterFiles({ ...files, "adapter_model.safetensors": model!.subarray(0, model!.length - 1) }),
    ).rejects.toThrow(/adapter_model\.safetensors: tensor/);
  });

  describe("a base model by another name", () => {
    const read = async (form: string, base: string | null) => {
      const adapter = await readAdapterFiles(await peftFiles(`tiny-llama/${form}`));
      return { ...adapter, config: { ...adapter.config, base_model_name_or_path: base } };
    };

    it.each([
      ["lora", "tiny-base", 'the base model "tiny-base"; "tiny-llama" is open, and its tensors fit there by name and'],
      ["lora", null, 'a base model that it does not name; "tiny-llama" is open'],
      ["prompt", null, 'a base model that it does not name; "tiny-llama" is open'],
      ["prompt", "/content/drive/MyDrive/models/tiny-llama", 'models/tiny-llama"; "tiny-llama" is open'],
      ["prompt", "/content/drive/MyDrive/models/tiny-llama/", "is open"],
      ["prompt", "C:\\models\\tiny-llama", "is open"],
      ["prompt", "owner/Tiny-Llama", "is open"],
      ["prompt", "unsloth/tiny-llama-bnb-4bit", 'tiny-llama-bnb-4bit", quantised; "tiny-llama" is open'],
      ["prompt", "unsloth/tiny-llama-unsloth-bnb-4bit", 'bnb-4bit", quantised;'],
    ])("%s of %s is read, and it is said", async (form, base, notice) => {
      expect(checkBase(await read(form, base), "tiny-llama")).toContain(notice);
    });

    it("the same name needs no word", async () => {
      expect(checkBase(await read("lora", "tiny-llama"), "tiny-llama")).toBeNull();
    });

    it("both are named where nothing in the folder stands in a block of the model", async () => {
      const adapter = await read("prompt", "tiny-base");
      expect(() => checkBase(adapter, "tiny-llama")).toThrow(
        /trained on the base model "tiny-base", but "tiny-llama" is open, and nothing in the folder tells/,
      );
    });

    it("both are named where its tensors do not fit", async () => {
      const error = new Error('"x" has shape [2] in the adapter');
      const adapter = await read("lora", "tiny-base");
      expect((misfit(adapter, "tiny-llama", error) as Error).message).toBe(
        'The adapter was trained on the base model "tiny-base", but "tiny-llama" is open, and it does not fit there. ' +
          'Open the adapter\'s base model first. ("x" has shape [2] in the adapter)',
      );
      expect(misfit(adapter, "tiny-base", error)).toBe(error);
    });
  });

  it("tensors other than those a run trains", () => {
    const trained = [
      { name: "F_K.0.weight", shape: [12, 12] },
      { name: "score.weight", shape: [5, 48] },
    ];
    checkFits("a", trained, trained);
    expect(() => checkFits("a", trained.slice(1), trained)).toThrow(/no "F_K\.0\.weight" of shape \[12,12\]/);
    expect(() => checkFits("a", trained, trained.slice(1))).toThrow(/has "F_K\.0\.weight", which the run does not/);
    const turned = [trained[0]!, { name: "score.weight", shape: [48, 5] }];
    expect(() => checkFits("a", turned, trained)).toThrow(/"score\.weight" of shape \[48,5\].*needs \[5,48\]/);
    const other = [{ name: "x.1.y", shape: [1] }, { name: "x.2.y", shape: [1] }, trained[1]!];
    expect(() => checkFits("a", other, trained)).toThrow(
      /has no "F_K\.0\.weight" of shape \[.*\]; it has "x\.1\.y", which the run does not train, and 1 more like it\./,
    );
    const resized = [{ name: "model.embed_tokens.lora_embedding_A", shape: [4, 32005] }];
    const table = [{ name: "model.embed_tokens.lora_embedding_A", shape: [4, 32000] }];
    expect(() => checkFits("a", resized, table)).toThrow(
      /of shape \[4,32005\], but the run needs \[4,32000\]: tokens were added to its base model's vocabulary/,
    );
  });
});

describe("zip", () => {
  const adapter: AdapterFolder = {
    config: loraConfig({ rank: 1, alpha: 2, targets: ["q_proj"], rankStabilised: false }, writingSite()),
    tensors: [
      { name: "model.layers.0.self_attn.q_proj.lora_A.weight", shape: [1, 3], data: new Float32Array([1, 2, 3]) },
      { name: "model.layers.0.self_attn.q_proj.lora_B.weight", shape: [2, 1], data: new Float32Array([4, 5]) },
      { name: "score.weight", shape: [2, 3], data: new Float32Array(6).fill(0.5) },
    ],
    skTensors: [{ name: "F.A", shape: [1, 1], data: new Float32Array([7]) }],
    modelCard: "# Läufer\n",
    run: { labels: ["a", "b"], steps: 3 },
  };

  it("round trip; everything in one folder", async () => {
    const blob = zipAdapter(adapter, "LoRA r=1");
    const files = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    expect(Object.keys(files).sort()).toEqual([
      "LoRA r-1/README.md",
      "LoRA r-1/adapter_config.json",
      "LoRA r-1/adapter_model.safetensors",
      "LoRA r-1/run.json",
      "LoRA r-1/sk_adapter.safetensors",
    ]);
    const file = "adapter_model.safetensors";
    const sha256 = createHash("sha256").update(files[`LoRA r-1/${file}`]!).digest("hex");
    expect(await readAdapterZip(blob)).toEqual({ ...adapter, source: { file, sha256 } });
  });

  it("an archive at the root, with other files, is read too", async () => {
    const bytes = zipSync({
      ...adapterFiles(adapter),
      "notes.txt": strToU8("x"),
      "__MACOSX/adapter_config.json": strToU8("x"),
    });
    expect((await readAdapterZip(bytes)).tensors).toHaveLength(3);
  });

  it("what is no adapter is an error", async () => {
    const huge = { size: 5e9, arrayBuffer: () => Promise.reject(new Error("it was read")) };
    await expect(readAdapterZip(Object.setPrototypeOf(huge, Blob.prototype))).rejects.toThrow(
      "The zip has 5000000000 bytes, and an adapter's may have 1073741824.",
    );
    await expect(readAdapterZip(strToU8("not a zip at all"))).rejects.toThrow(/not a zip/);
    await expect(readAdapterZip(zipSync({ "a.txt": strToU8("x") }))).rejects.toThrow(/no adapter_config\.json/);
    const files = adapterFiles(adapter);
    await expect(readAdapterZip(zipSync({ one: files, two: files }))).rejects.toThrow(/2 adapters \(one\/.*two\//);
    const damaged = zipSync({ one: files });
    await expect(readAdapterZip(damaged.subarray(0, damaged.length - 30))).rejects.toThrow(/not a zip/);
  });

  it("an archive that claims to unpack to gigabytes is refused", async () => {
    const bytes = zipSync({ "adapter_config.json": strToU8("{}") }, { level: 0 });
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length - 4; at++) {
      if (view.getUint32(at, true) === 0x02014b50) {
        view.setUint32(at + 24, 3_000_000_000, true);
      }
    }
    await expect(readAdapterZip(bytes)).rejects.toThrow(/would unpack to 3000000000 bytes.*1073741824/);
  });
});

it("run names become folder names", () => {
  expect(folderName("a/b\\c:d*?")).toBe("a-b-c-d-");
  expect(folderName("../..")).toBe("-");
  expect(folderName("SK-Prefix Größe 2.0")).toBe("SK-Prefix Größe 2.0");
  expect(folderName("...")).toBe("adapter");
});
