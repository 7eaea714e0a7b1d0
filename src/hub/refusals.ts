/**
 * What the studio does not open, said before a byte of weights is read: by the names of a folder's
 * files and by its config.json. Each refusal says what to do instead. Not for whether a family fits
 * (`models/`) or tensors do (`weights.ts`).
 */

import { shortened } from "../errors/shortened";

type Config = Record<string, unknown>;

/**
 * Refuses a folder that cannot be a model of ours, by its files' names.
 * @throws Error naming the file.
 */
export function checkFileNames(names: readonly string[], source: string): void {
  const find = (pattern: RegExp) => names.find((name) => pattern.test(name));
  if (!names.includes("config.json") && names.includes("adapter_config.json")) {
    throw new Error(`${source} is an adapter, not a base model. Open its base model, then import the adapter there.`);
  }
  if (!find(/^model.*\.safetensors$/)) {
    // What transformers' Trainer leaves beside the weights holds none.
    const pickled = find(/^(?!training_args\.|optimizer\.|scheduler\.|rng_state).*\.(bin|pt|pth|ckpt|pkl)$/i);
    if (pickled) {
      throw new Error(
        `${source} has its weights only as ${pickled}. Such files are Python pickles, which can run code when they are ` +
          "opened, so they are never opened here. Save the model as safetensors (save_pretrained in transformers, or the " +
          'Hub\'s "convert to safetensors"; on the Hub the revision refs/pr/N may have them already).',
      );
    }
    const gguf = find(/\.gguf$/i);
    if (gguf) {
      throw new Error(
        `${source} has its weights as ${gguf}. GGUF files are not opened: most are quantised, and gradients need the ` +
          "full weights. Open the model it was made from, as safetensors.",
      );
    }
    const onnx = find(/\.onnx$/i);
    if (onnx) {
      throw new Error(
        `${source} has its weights only as ${onnx}. An ONNX file is a finished graph without the places methods attach ` +
          "to. Open the model it was exported from, as safetensors.",
      );
    }
    const other = find(/\.(h5|msgpack)$/i);
    if (other) throw new Error(`${source} has its weights only as ${other}. Save the model as safetensors first.`);
  }
  if (!names.includes("config.json")) {
    throw new Error(
      `${source} has no config.json. A model folder needs config.json, tokenizer.json and model.safetensors.`,
    );
  }
  if (!names.includes("tokenizer.json")) {
    const slow = find(
      /^(tokenizer\.model|vocab\.txt|vocab\.json|merges\.txt|spiece\.model|sentencepiece\.bpe\.model)$/,
    );
    throw new Error(
      `${source} has no tokenizer.json${slow ? `, only ${slow}, which is the slow tokenizer's form` : ""}. ` +
        "Save the fast one: AutoTokenizer.from_pretrained(…, use_fast=True).save_pretrained(…) in transformers, and add " +
        "tokenizer.json to the folder.",
    );
  }
}

const SIZE_KEYS_OF_EXPERTS = ["num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"];

/**
 * Refuses a model whose kind the studio does not tune, by its config.json.
 * @param known the `model_type`s that families read.
 * @throws Error naming key and value.
 */
export function checkKind(config: Config, known: readonly string[], source: string): void {
  const type = typeof config.model_type === "string" ? config.model_type : null;
  const families = `Families that can be opened: ${known.join(", ")}.`;
  const refuse = (what: string, key: string, instead: string): Error =>
    new Error(`${source} ${what} (config.json: ${key}). ${instead}`);
  if (config.is_encoder_decoder === true || type === "encoder-decoder") {
    throw refuse(
      "is an encoder–decoder model",
      config.is_encoder_decoder === true ? "is_encoder_decoder is true" : `model_type ${type}`,
      `Only models of one stack are tuned here, decoders or encoders. Choose one of those. ${families}`,
    );
  }
  const sight = ["vision_config", "audio_config", "image_size", "vision_tower"].find((key) => key in config);
  if (sight) {
    throw refuse(
      "has parts for images or sound",
      sight,
      "Choose the text-only model of the same series; those parts cannot be left out without changing what it computes.",
    );
  }
  const experts = SIZE_KEYS_OF_EXPERTS.find((key) => typeof config[key] === "number" && (config[key] as number) > 1);
  if (experts || /moe|mixtral/i.test(type ?? "")) {
    throw refuse(
      "is a mixture of experts",
      experts ? `${experts} ${config[experts]}` : `model_type ${type}`,
      "Choose a dense model of the same series.",
    );
  }
  const quantised = config.quantization_config ?? config.compression_config;
  if (quantised) {
    const method = (quantised as Config).quant_method;
    throw refuse(
      "has quantised weights",
      `quantization_config${typeof method === "string" ? `, ${method}` : ""}`,
      "Open the model it was made from, in float32, float16 or bfloat16.",
    );
  }
  if (type !== null && known.includes(type)) return;
  if ("auto_map" in config) {
    throw refuse(
      `needs code that comes with it${type === null ? "" : `: model_type "${shortened(type)}" is none we know`}`,
      "auto_map",
      `A model's own code is never run here. ${families}`,
    );
  }
  throw new Error(
    `${source}: config.json ${type === null ? "names no model_type" : `has the model_type "${shortened(type)}", which is not supported`}. ` +
      families,
  );
}
