/**
 * Adapters that PEFT wrote, spelled as other versions, trainers and people spell them: what is read
 * is the same, or it is refused.
 */

import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { AdapterFolder } from "../../../src/adapters/folder";
import { readAdapterFiles, readAdapterZip } from "../../../src/adapters/read";
import { type NamedTensor, writeSafetensors } from "../../../src/hub/write-safetensors";
import { fixtureFile, fixtureTensors } from "../../fixtures/reference";

interface Change {
  readonly config?: Record<string, unknown>;
  readonly without?: readonly string[];
  readonly rename?: (name: string) => string;
  readonly more?: readonly NamedTensor[];
}

const CONFIG = "adapter_config.json";
const MODEL = "adapter_model.safetensors";

async function spelled(adapter: string, { config = {}, without = [], rename = (name) => name, more = [] }: Change) {
  const folder = `peft/tiny-llama/${adapter}-sequence-classification`;
  const file = await fixtureFile(`${folder}/${CONFIG}`);
  const written = { ...JSON.parse(new TextDecoder().decode(await file.read(0, file.size))), ...config };
  for (const key of without) delete written[key];
  const tensors = [...(await fixtureTensors(`${folder}/${MODEL}`)).values()] as NamedTensor[];
  const renamed = tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) }));
  return { [CONFIG]: strToU8(JSON.stringify(written)), [MODEL]: writeSafetensors([...renamed, ...more]) };
}

const PATHS = [0, 1].flatMap((layer) => ["q", "v"].map((name) => `model.layers.${layer}.self_attn.${name}_proj`));
const extra: NamedTensor = {
  name: "base_model.model.score.original_module.weight",
  shape: [1],
  data: new Float32Array(1),
};

/** How it is spelled, and what its targets come to where they are not the same. */
const same: [what: string, adapter: string, change: Change, targets?: unknown][] = [
  [
    "PEFT 0.2: fewer keys, and some that are gone",
    "lora",
    {
      config: { enable_lora: null, merge_weights: false },
      without: [
        "use_rslora",
        "use_dora",
        "rank_pattern",
        "alpha_pattern",
        "layers_pattern",
        "revision",
        "peft_version",
      ],
    },
  ],
  ["patterns that are null", "lora", { config: { rank_pattern: null, alpha_pattern: null } }],
  ["no task", "lora", { config: { task_type: null } }],
  ["fan_in_fan_out of another module", "lora", { config: { fan_in_fan_out: true } }],
  ["a start that is no part of the function", "lora", { config: { init_lora_weights: "gaussian" } }],
  ["the head among the targets", "lora", { config: { target_modules: ["q_proj", "v_proj", "score"] } }],
  [
    "blocks by the name of what holds them",
    "lora",
    { config: { layers_to_transform: [0, 1], layers_pattern: "layers" } },
  ],
  ["several such names", "lora", { config: { layers_to_transform: [0, 1], layers_pattern: ["h", "layers"] } }],
  ["an empty list of blocks", "lora", { config: { layers_to_transform: [] } }],
  [
    "null for what nothing was set to",
    "lora",
    {
      config: {
        fan_in_fan_out: null,
        use_rslora: null,
        use_dora: null,
        lora_bias: null,
        bias: null,
        lora_dropout: null,
        init_lora_weights: null,
        layers_to_transform: null,
        inference_mode: null,
        revision: null,
      },
    },
  ],
  [
    "Unsloth's expression",
    "lora",
    {
      config: {
        target_modules:
          "(?:.*?(?:language|text).*?(?:self_attn).*?(?:q_proj|v_proj).*?)|(?:\\bmodel\\.layers\\.[\\d]{1,}\\.(?:self_attn|mlp)\\.(?:(?:q_proj|v_proj)))",
      },
    },
    "(?:.*?(?:language|text).*?(?:self_attn).*?(?:q_proj|v_proj).*?)|(?:\\bmodel\\.layers\\.[\\d]{1,}\\.(?:self_attn|mlp)\\.(?:(?:q_proj|v_proj)))",
  ],
  ["no such name", "lora", { config: { layers_pattern: "" } }],
  [
    "a set with a name twice",
    "lora",
    { config: { target_modules: ["v_proj", "q_proj", "v_proj"] } },
    ["v_proj", "q_proj", "v_proj"],
  ],
  ["all-linear, which PEFT writes out", "lora", { config: { target_modules: "all-linear" } }, PATHS],
  [
    "excluded modules",
    "lora",
    { config: { target_modules: ".*_proj", exclude_modules: ["k_proj", "o_proj", "up_proj"] } },
    PATHS,
  ],
  ["names without a prefix", "lora", { rename: (name) => name.replace("base_model.model.", "") }],
  [
    "the adapter's name in them",
    "lora",
    { rename: (name) => name.replace(/(lora_[AB])\.weight/, "$1.default.weight") },
  ],
  ["a wrapper's name before them", "lora", { rename: (name) => `module.${name}` }],
  [
    "a head with its wrapper's names",
    "lora",
    { rename: (name) => name.replace("score.", "score.modules_to_save.default."), more: [extra] },
  ],
  [
    "magnitudes as a module's weight",
    "dora",
    { rename: (name) => name.replace(/magnitude_vector$/, "magnitude_vector.weight") },
  ],
];

describe("read as what PEFT writes now", () => {
  test.each(same)("%s", async (_, adapter, change, targets) => {
    const [expected, read] = await Promise.all(
      [{}, change].map(async (own) => readAdapterFiles(await spelled(adapter, own))),
    );
    const byName = ({ tensors }: AdapterFolder) => [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(read!)).toEqual(byName(expected!));
    expect(read!.config.task_type).toBe("SEQ_CLS");
    const settled = read!.config.target_modules;
    expect(targets ? settled : [...(settled as string[])].sort()).toEqual(
      targets ?? [...(expected!.config.target_modules as string[])].sort(),
    );
  });

  test("one block as a number", async () => {
    const { tensors } = await readAdapterFiles(await spelled("lora", {}));
    const first = tensors.filter(({ name }) => !name.includes("layers.1."));
    const files = await spelled("lora", { config: { layers_to_transform: 0 } });
    const prefixed = first.map((tensor) => ({ ...tensor, name: `base_model.model.${tensor.name}` }));
    expect((await readAdapterFiles({ ...files, [MODEL]: writeSafetensors(prefixed) })).tensors).toHaveLength(
      first.length,
    );
  });
});

describe("refused by name", () => {
  test.each<[string, Change, RegExp]>([
    ["PiSSA", { config: { init_lora_weights: "pissa_niter_4" } }, /starts by changing the base model's weights/],
    ["OLoRA", { config: { init_lora_weights: "olora" } }, /starts by changing the base model's weights/],
    ["trained tokens", { config: { trainable_token_indices: [3] } }, /trained tokens cannot be read/],
    ["targeted parameters", { config: { target_parameters: ["weight"] } }, /targeted parameters cannot be read/],
    ["replicated layers", { config: { layer_replication: [[0, 2]] } }, /replicated layers cannot be read/],
    [
      "another container of blocks",
      { config: { layers_to_transform: [0, 1], layers_pattern: "h" } },
      /layers_pattern h counts/,
    ],
    [
      "look-around in targets",
      { config: { target_modules: "(?!.*k_proj).*_proj" } },
      /target_modules: .* has look-around/,
    ],
    ["a group without end", { config: { layers_pattern: "(" } }, /layers_pattern: "\(" is not a regular expr/],
    ["an expression that goes back", { config: { exclude_modules: "(a)\\1" } }, /exclude_modules: .* a back-reference/],
    ["such a pattern", { config: { rank_pattern: { "(?=a)": 2 } } }, /rank_pattern\["\(\?=a\)"\]: .* has look-around/],
    ["an expression without bound", { config: { target_modules: "(.*)*x" } }, /has no tensors for|does not name/],
    [
      "targets without tensors, all of them",
      { config: { target_modules: ["q_proj", "v_proj", "FAKE", "k_proj"] } },
      /no tensors for the target module "FAKE", "k_proj" that/,
    ],
    [
      "an expression in a list",
      { config: { target_modules: ["q_proj", "v_proj", ".*\\.1.*query_key_value"] } },
      /query_key_value" that .* one stands alone, without a list/,
    ],
    [
      "a scale of zero",
      { config: { lora_alpha: 0 } },
      /the scale of "model\.layers\.0\.self_attn\.[qv]_proj" is zero \(lora_alpha 0\), but its factors/,
    ],
    [
      "MLX's configuration",
      { config: { fine_tune_type: "lora", lora_parameters: { rank: 8, scale: 20 } }, without: ["peft_type"] },
      /is MLX's, whose adapters\.safetensors/,
    ],
    ["null for the targets", { config: { target_modules: null } }, /target_modules: /],
    ["an excluded module that has tensors", { config: { exclude_modules: ".*v_proj" } }, /v_proj", which .* excludes/],
    [
      "a factor without its ending",
      { rename: (name) => name.replace(/lora_A\.weight/, "lora_A") },
      /neither a LoRA factor/,
    ],
  ])("%s", async (_, change, message) => {
    await expect(readAdapterFiles(await spelled("lora", change))).rejects.toThrow(message);
  });

  test("a pickled file, in a folder or a zip", async () => {
    const { [CONFIG]: config } = await spelled("lora", {});
    const files = { [CONFIG]: config!, "adapter_model.bin": new Uint8Array([128, 2]) };
    await expect(readAdapterFiles(files)).rejects.toThrow(/adapter_model\.bin is a pickled file.*save it again/);
    const zip = zipSync(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`old/${name}`, bytes])));
    await expect(readAdapterZip(zip)).rejects.toThrow(/adapter_model\.bin is a pickled file/);
  });
});

describe("a training's output", () => {
  const zipped = async (paths: readonly string[]) => {
    const files = await spelled("lora", {});
    return zipSync(
      Object.fromEntries(
        paths.flatMap((path) => Object.entries(files).map(([name, bytes]) => [`${path}${name}`, bytes] as const)),
      ),
    );
  };

  test("gives its outermost adapter, and says so", async () => {
    const { tensors, notices } = await readAdapterZip(
      await zipped(["out/checkpoint-10/", "out/", "out/checkpoint-20/"]),
    );
    expect(tensors.length).toBeGreaterThan(0);
    expect(notices).toEqual([
      "The zip holds 3 adapters; the outermost was taken, not out/checkpoint-10/, out/checkpoint-20/.",
    ]);
    expect((await readAdapterZip(await zipped(["out/"]))).notices).toBeUndefined();
  });

  test("with adapters side by side is refused", async () => {
    await expect(readAdapterZip(await zipped(["checkpoint-10/", "checkpoint-20/"]))).rejects.toThrow(
      "The zip holds 2 adapters (checkpoint-10/adapter_config.json, checkpoint-20/adapter_config.json)",
    );
  });
});

describe("values that are no numbers", () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d", async (value) => {
    const files = await spelled("lora", {});
    const folder = "peft/tiny-llama/lora-sequence-classification";
    const tensors = [...(await fixtureTensors(`${folder}/${MODEL}`)).values()] as NamedTensor[];
    const broken = tensors.map((tensor, index) => {
      const data = Float32Array.from(tensor.data);
      if (index === 1) data[7] = value;
      return { ...tensor, data };
    });
    await expect(readAdapterFiles({ ...files, [MODEL]: writeSafetensors(broken) })).rejects.toThrow(
      `${MODEL}: tensor "${tensors[1]!.name}" holds ${value} at index 7; weights must be finite numbers`,
    );
  });
});
