/**
 * Bottleneck modules around sub-layers, in the layout of AdapterHub's `adapters` 1.2, since PEFT
 * has none. Its configuration has the same file name as PEFT's but another schema, and head and
 * modules are two files. Not for what the modules compute: `methods/bottleneck.ts`.
 */

import { strToU8 } from "fflate";
import * as z from "zod";
import { checkedBy, issueLines } from "../../errors/checked-by";
import { sentence } from "../../errors/sentence";
import type { NamedTensor } from "../../hub/write-safetensors";
import { writeSafetensors } from "../../hub/write-safetensors";
import { CONFIG, isHead } from "../folder";
import type { AdapterTensors, Layout, Library } from "../layout";
import { formatPeftConfig, type PeftConfig } from "../peft-config";
import { readTensors } from "../read-tensors";
import type { AdapterForm } from "./form";

/** Where modules stand, what they read and compute. */
export interface BottleneckSettings {
  readonly type: "BOTTLENECK";
  readonly places: readonly ("attention" | "mlp")[];
  readonly parallel: boolean;
  /** `small`: both matrices started at N(0, 0.02). `silent`: the second started at zero. */
  readonly start: "small" | "silent";
  readonly bottleneck: number;
  /** What the bottleneck was said by, if it was; ⌊hidden size / factor⌋ is the bottleneck. */
  readonly reductionFactor?: number | null;
  readonly activation: string;
  readonly scale: number;
  /** Whether the scale is a trained number of every module. */
  readonly learnedScale: boolean;
  readonly residual: boolean;
  /** How many of the lowest blocks have no module. Default: none. */
  readonly leaveOut?: number;
}

const HUB_MODEL = "adapter.safetensors";
const HUB_HEAD_CONFIG = "head_config.json";
const HUB_HEAD = "model_head.safetensors";

/** Of `adapters`, whose layout this is. */
const HUB_VERSION = "1.2.0";
const VERSION = `adapters.${HUB_VERSION}`;
/** The adapter's name, which is part of its tensors' names. */
const NAME = "studio";

/** Our activations by AdapterHub's names; of two with one meaning the first is written. */
const ACTIVATIONS: readonly (readonly [hub: string, ours: string])[] = [
  ["relu", "relu"],
  ["gelu", "gelu"],
  ["gelu_new", "gelu-tanh"],
  ["swish", "silu"],
  ["silu", "silu"],
  ["tanh", "tanh"],
  ["linear", "none"],
];

/** Hugging Face's classifier of a model type. */
const CLASSES: Readonly<Record<string, string>> = {
  llama: "LlamaForSequenceClassification",
  mistral: "MistralForSequenceClassification",
  qwen2: "Qwen2ForSequenceClassification",
  qwen3: "Qwen3ForSequenceClassification",
  gpt2: "GPT2ForSequenceClassification",
};
/** Model types into which `adapters` puts the modules that were trained. */
const SUPPORTED = ["llama", "mistral", "gpt2"];
/** Model types that it knows as well, with the norms after the sub-layers. */
const UNCOMPARED = ["bert", "roberta", "distilbert"];

/** The configuration as an adapter folder carries it in memory. */
export type BottleneckConfig = PeftConfig &
  Required<Omit<BottleneckSettings, "type">> & { readonly modelType: string; readonly hiddenSize: number };

/** Why AdapterHub would not compute what was trained; null if it does. */
function hubObstacle({ modelType, parallel, residual }: BottleneckConfig): string | null {
  if (!SUPPORTED.includes(modelType)) {
    if (UNCOMPARED.includes(modelType))
      return `Whether AdapterHub's \`adapters\` computes the same in ${modelType} models was not compared.`;
    return `AdapterHub's \`adapters\` has no modules for ${modelType} models, so it cannot load this folder.`;
  }
  if (parallel && !residual) {
    return (
      "AdapterHub's parallel modules read the residual stream before the norm. These read what the feed-forward reads, " +
      "after the norm, so AdapterHub would load this folder but predict something else."
    );
  }
  return null;
}

/** The factor from which AdapterHub computes the bottleneck as ⌊hidden size / factor⌋. */
function reductionFactor(hiddenSize: number, bottleneck: number): number {
  return hiddenSize % bottleneck === 0 ? hiddenSize / bottleneck : hiddenSize / (bottleneck + 0.5);
}

/**
 * Settings of Compacter's layers and others that plain modules do not use; `adapters` writes them
 * all the same.
 */
const UNUSED = {
  factorized_phm_W: true,
  factorized_phm_rule: false,
  hypercomplex_nonlinearity: "glorot-uniform",
  init_weights_seed: null,
  learn_phm: true,
  phm_bias: true,
  phm_c_init: "normal",
  phm_dim: 4,
  phm_init_range: 0.0001,
  phm_rank: 1,
  shared_W_phm: false,
  shared_phm_rule: true,
  stochastic_depth: 0,
} as const;

/** `adapter_config.json` and `head_config.json`. */
export function hubConfigs(own: BottleneckConfig, labels: number): { adapter: object; head: object } {
  const about = {
    hidden_size: own.hiddenSize,
    model_class: CLASSES[own.modelType] ?? null,
    model_name: own.base_model_name_or_path,
    model_type: own.modelType,
  };
  const settings = {
    ...UNUSED,
    adapter_residual_before_ln: false,
    cross_adapter: false,
    dropout: 0,
    init_weights: own.start === "silent" ? "mam_adapter" : "bert",
    inv_adapter: null,
    inv_adapter_reduction_factor: null,
    is_parallel: own.parallel,
    leave_out: Array.from({ length: own.leaveOut }, (_, block) => block),
    ln_after: false,
    ln_before: false,
    mh_adapter: own.places.includes("attention"),
    non_linearity: ACTIVATIONS.find(([, ours]) => ours === own.activation)?.[0],
    original_ln_after: true,
    // On models with the norm first: whether the module reads output plus residual.
    original_ln_before: !own.parallel && own.residual,
    output_adapter: own.places.includes("mlp"),
    phm_layer: false,
    reduction_factor: own.reductionFactor ?? reductionFactor(own.hiddenSize, own.bottleneck),
    residual_before_ln: true,
    scaling: own.learnedScale ? "learned" : own.scale,
    use_gating: false,
  };
  return {
    adapter: { config: settings, ...about, name: NAME, version: VERSION },
    head: { config: null, ...about, label2id: null, name: null, num_labels: labels, version: VERSION },
  };
}

const ADAPTERS: Library = {
  name: "adapter-transformers",
  version: () => `adapters ${HUB_VERSION}`,
  imports: "import adapters",
  loads: [
    "adapters.init(model)",
    "model.set_active_adapters(model.load_adapter(adapter, use_safetensors=True))",
    "model.eval()",
  ],
};

/** Keys that must not come as integers. */
const FLOATS = ["scaling", "dropout", "stochastic_depth"];

const layout: Layout = {
  library: ADAPTERS,
  files: [HUB_MODEL, HUB_HEAD_CONFIG, HUB_HEAD],
  names: { toFile: toHubName, fromFile: fromHubName },
  claims: (json) => typeof json === "object" && json !== null && !("peft_type" in json) && "model_type" in json,
  read,
  write({ config, tensors }) {
    const head = tensors.filter(({ name }) => isHead(name));
    const modules = tensors.filter(({ name }) => !isHead(name));
    const configs = hubConfigs(config as BottleneckConfig, head[0]?.shape[0] ?? 0);
    return {
      [CONFIG]: strToU8(formatPeftConfig(configs.adapter, FLOATS)),
      [HUB_MODEL]: writeSafetensors(modules.map((tensor) => ({ ...tensor, name: toHubName(tensor.name) }))),
      // A language model has no head of its own.
      ...(head.length > 0 && {
        [HUB_HEAD_CONFIG]: strToU8(formatPeftConfig(configs.head, FLOATS)),
        [HUB_HEAD]: writeSafetensors(head),
      }),
    };
  },
};

export const bottleneck: AdapterForm<BottleneckSettings, BottleneckConfig> = {
  type: "BOTTLENECK",
  layout,
  sentence: "small modules around the blocks' sub-layers, in the layout of AdapterHub's `adapters`",
  inShort: () => "AdapterHub's layout",
  obstacle(config, task) {
    if (task.asks === "text") {
      return "The modules are in AdapterHub's layout, without a head; what `adapters` makes of them in a language model was not compared.";
    }
    if (!task.inAdapterHub)
      return "AdapterHub's layout is written for classification with one label; this head is another.";
    return hubObstacle(config);
  },
  config({ type, ...settings }, { baseModel, modelType, hiddenSize }) {
    const standard = { leaveOut: 0, reductionFactor: null };
    const named = { peft_type: type, base_model_name_or_path: baseModel, peft_version: null };
    return { ...named, modelType, hiddenSize, ...standard, ...settings };
  },
  above: (settings, [lowest]) => ({ ...settings, leaveOut: lowest! }),
  change: () =>
    "computes something of its own beside the weights (an activation between two matrices), so it is no change of them.",
  // The method is told by where the modules stand.
  run({ places, parallel, start, bottleneck, activation, scale, learnedScale, residual, leaveOut: frozenLayers }) {
    const serial = places.includes("attention") ? "adapter-houlsby" : "adapter-pfeiffer";
    const options = { bottleneck, activation, scale, learnedScale, residual };
    if (parallel) return { method: "adapter-parallel", options, frozenLayers };
    return {
      method: serial,
      options: { ...options, ...(start === "silent" && { start: "frozen model" }) },
      frozenLayers,
    };
  },
};

/** Modules and head are two files; without any of the head's the folder is for a language model. */
async function read(json: unknown, files: Readonly<Record<string, Uint8Array>>): Promise<AdapterTensors> {
  const headless = !files[HUB_HEAD] && !files[HUB_HEAD_CONFIG];
  const [modules, head] = [HUB_MODEL, ...(headless ? [] : [HUB_HEAD])].map((file) => {
    const bytes = files[file];
    if (!bytes)
      throw new Error(`There is no ${file} beside ${CONFIG}. The adapter must be saved as safetensors with its head.`);
    return readTensors(file, bytes, file === HUB_MODEL ? fromHubName : (name) => name);
  });
  const tensors = await modules!;
  const config = readHubConfig(CONFIG, json, tensors);
  if (headless) return { config: { ...config, task_type: "CAUSAL_LM" }, tensors };
  const heads = await head!;
  const stray = heads.find(({ name }) => !isHead(name));
  if (stray || heads.length === 0) {
    throw new Error(`${HUB_HEAD} ${stray ? `has "${stray.name}", which is no head's` : "has no classification head"}.`);
  }
  return { config, tensors: [...tensors, ...heads] };
}

/**
 * What families call the attention of such a block: a folder is read before its base model is
 * known.
 */
const attentionPath = (block: string) => (block.startsWith("transformer.h.") ? "attn" : "self_attn");

/**
 * `model.layers.0.mlp.adapter.down.weight` becomes
 * `model.layers.0.output_adapters.adapters.studio.adapter_down.0.weight`.
 */
export function toHubName(name: string): string {
  const scaled = /^(.+)\.(self_attn|attn|mlp)\.adapter\.scale$/.exec(name);
  if (scaled) return `${scaled[1]}.${scaled[2] === "mlp" ? "output" : "attention"}_adapters.adapters.${NAME}.scaling`;
  const match = /^(.+)\.(self_attn|attn|mlp)\.adapter\.(down|up)\.(weight|bias)$/.exec(name);
  if (!match) throw new Error(`"${name}" is no tensor of a bottleneck adapter.`);
  const [, block, place, side, part] = match;
  const site = place === "mlp" ? "output_adapters" : "attention_adapters";
  return `${block}.${site}.adapters.${NAME}.${side === "down" ? "adapter_down.0" : "adapter_up"}.${part}`;
}

/**
 * The inverse of `toHubName`, for any adapter's name.
 * @throws Error naming the tensor when it belongs to another kind of adapter.
 */
export function fromHubName(name: string): string {
  const scaled = /^(.+)\.(output|attention)_adapters\.adapters\.[^.]+\.scaling$/.exec(name);
  if (scaled)
    return `${scaled[1]}.${scaled[2] === "output" ? "mlp" : attentionPath(scaled[1] as string)}.adapter.scale`;
  const match = /^(.+)\.(output|attention)_adapters\.adapters\.[^.]+\.adapter_(down\.0|up)\.(weight|bias)$/.exec(name);
  if (!match) throw new Error(`${HUB_MODEL}: tensor "${name}" belongs to no bottleneck module that can be read.`);
  const [, block, site, side, part] = match;
  const place = site === "output" ? "mlp" : attentionPath(block as string);
  return `${block}.${place}.adapter.${side === "up" ? "up" : "down"}.${part}`;
}

const never = (what: string) => z.literal(false, `${what} cannot be read`).default(false);
const hubSchema = z.looseObject({
  hidden_size: z.int().positive(),
  model_name: z.string().nullable().default(null),
  model_type: z.string(),
  config: z.looseObject({
    architecture: z.null("only bottleneck adapters can be read").optional(),
    mh_adapter: z.boolean(),
    output_adapter: z.boolean(),
    non_linearity: z.enum(ACTIVATIONS.map(([hub]) => hub) as [string, ...string[]]),
    is_parallel: z.boolean().default(false),
    reduction_factor: z.number("must be one number for all blocks").positive().optional(),
    init_weights: z.string().default("bert"),
    original_ln_before: z.boolean().default(false),
    original_ln_after: z.literal(true, "must be true: the residual is added after the module").default(true),
    residual_before_ln: z.literal(true, "must be true: the module adds to the sub-layer's output").default(true),
    ln_before: never("a norm inside the module"),
    ln_after: never("a norm inside the module"),
    phm_layer: never("Compacter's layers"),
    use_gating: never("gating"),
    adapter_residual_before_ln: never("adapter_residual_before_ln"),
    cross_adapter: never("cross_adapter"),
    inv_adapter: z.null("invertible adapters cannot be read").default(null),
    leave_out: z
      .array(z.int())
      .refine(
        (blocks) => blocks.every((block, index) => block === index),
        "other blocks than the lowest cannot be read",
      )
      .default([]),
    scaling: z.union([z.number(), z.literal("learned")], "must be a number or learned").default(1),
  }),
});

/**
 * The in-memory configuration for AdapterHub's, checked against the tensors (in-model names).
 * @throws Error naming key or tensor.
 */
function readHubConfig(file: string, value: unknown, tensors: readonly NamedTensor[]): BottleneckConfig {
  const checked = checkedBy(hubSchema, value);
  if ("issues" in checked) {
    throw new Error(sentence(`${file} does not describe an adapter that can be read. ${issueLines(checked.issues)}`));
  }
  const { config, hidden_size: hiddenSize, model_type: modelType, model_name: baseModel } = checked.value;
  const places = [
    ...(config.mh_adapter ? (["attention"] as const) : []),
    ...(config.output_adapter ? (["mlp"] as const) : []),
  ];
  const bottleneck = tensors.find(({ name }) => name.endsWith(".down.bias"))?.data.length;
  if (!bottleneck) throw new Error(`${HUB_MODEL} has no modules.`);
  const reduction = config.reduction_factor;
  if (reduction !== undefined) {
    const width = Math.max(1, Math.floor(hiddenSize / reduction));
    if (width !== bottleneck) {
      throw new Error(
        `${HUB_MODEL}: modules have a width of ${bottleneck}, but ${file} asks for ${width} (${hiddenSize} / ` +
          `${reduction}, rounded down).`,
      );
    }
  }
  const learned = config.scaling === "learned";
  checkModules(tensors, { places, hiddenSize, bottleneck, learned, leaveOut: config.leave_out.length });
  return {
    peft_type: "BOTTLENECK",
    base_model_name_or_path: baseModel,
    peft_version: null,
    modelType,
    hiddenSize,
    places,
    parallel: config.is_parallel,
    start: config.init_weights === "mam_adapter" ? "silent" : "small",
    bottleneck,
    reductionFactor: null,
    activation: ACTIVATIONS.find(([hub]) => hub === config.non_linearity)![1],
    scale: learned ? 1 : (config.scaling as number),
    learnedScale: learned,
    leaveOut: config.leave_out.length,
    residual: config.is_parallel || config.original_ln_before,
  };
}

const blockNumber = (module: string) => Number(/\.(\d+)\./.exec(module)?.[1]);

/** Two matrices and two shifts for every module, at the configured places only. */
function checkModules(
  tensors: readonly NamedTensor[],
  config: { places: readonly string[]; hiddenSize: number; bottleneck: number; learned: boolean; leaveOut: number },
): void {
  const { places, hiddenSize, bottleneck, learned, leaveOut } = config;
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const modules = new Set(tensors.map(({ name }) => name.replace(/\.(scale|(down|up)\.(weight|bias))$/, "")));
  const seen = new Set<string>();
  for (const module of modules) {
    const place = module.endsWith(".mlp.adapter") ? "mlp" : "attention";
    seen.add(place);
    if (!places.includes(place))
      throw new Error(`${HUB_MODEL} has a module at "${module}"; the configuration has none.`);
    const shapes = {
      "down.weight": [bottleneck, hiddenSize],
      "down.bias": [bottleneck],
      "up.weight": [hiddenSize, bottleneck],
      "up.bias": [hiddenSize],
      ...(learned && { scale: [1] }),
    };
    const block = blockNumber(module);
    if (block < leaveOut)
      throw new Error(`${HUB_MODEL} has a module in block ${block}, which the configuration leaves out.`);
    const stray = learned ? undefined : found.get(`${module}.scale`);
    if (stray)
      throw new Error(`${HUB_MODEL} has "${toHubName(stray.name)}", but the configuration has a fixed scaling.`);
    for (const [part, shape] of Object.entries(shapes)) {
      const tensor = found.get(`${module}.${part}`);
      if (tensor?.shape.join() !== shape.join()) {
        const has = tensor ? `has shape [${tensor.shape}] instead of` : "is missing; it needs shape";
        throw new Error(`${HUB_MODEL}: tensor "${toHubName(`${module}.${part}`)}" ${has} [${shape}].`);
      }
    }
  }
  const missing = places.find((place) => !seen.has(place));
  if (missing) throw new Error(`${HUB_MODEL} has no modules after the ${missing}, but the configuration says so.`);
}
