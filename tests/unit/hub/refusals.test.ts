import { describe, expect, it } from "vitest";
import { checkFileNames, checkKind } from "../../../src/hub/refusals";

const FOLDER = ["config.json", "tokenizer.json", "model.safetensors"];

describe("by the files' names", () => {
  it.each([
    [["model-00001-of-00002.safetensors", "config.json", "tokenizer.json", "model.safetensors.index.json"]],
    [[...FOLDER, "pytorch_model.bin", "model.onnx"]],
  ])("%j is looked into", (names) => {
    expect(() => checkFileNames(names, "dir:x")).not.toThrow();
  });

  it.each([
    [["model.safetensors"], /dir:x has no config\.json\. A model folder needs config\.json, tokenizer\.json and/],
    [
      ["adapter_config.json", "adapter_model.safetensors"],
      /dir:x is an adapter, not a base model\. Open its base model/,
    ],
    [
      ["llama.Q4_K_M.gguf"],
      /weights as llama\.Q4_K_M\.gguf\. GGUF files are not opened.*Open the model it was made from/,
    ],
    [["config.json", "pytorch_model.bin"], /only as pytorch_model\.bin\. .*never opened.*save_pretrained/],
    [
      ["config.json", "consolidated.00.pth", "tokenizer.json"],
      /only as consolidated\.00\.pth.*never opened.*save_pretrained/,
    ],
    [["pytorch_model.bin"], /only as pytorch_model\.bin\. .*never opened here\. Save the model as safetensors/],
    [["config.json", "tokenizer.json", "model.onnx"], /only as model\.onnx\. .*Open the model it was exported from/],
    [["model.onnx"], /only as model\.onnx\. .*Open the model it was exported from/],
    [
      ["config.json", "tokenizer.json", "onnx/model_q4.onnx"],
      /only as onnx\/model_q4\.onnx\. .*Open the model it was exported from, as safetensors/,
    ],
    [
      ["config.json", "tokenizer.json", "training_args.bin", "x.gguf"],
      /weights as x\.gguf\. GGUF files are not opened.*Open the model it was made from, as safetensors/,
    ],
    [["config.json", "tokenizer.json", "tf_model.h5"], /only as tf_model\.h5\. Save the model as safetensors first/],
    [["config.json", "flax_model.msgpack"], /only as flax_model\.msgpack\. Save the model as safetensors first/],
    [
      ["config.json", "model.safetensors", "tokenizer.model"],
      /no tokenizer\.json, only tokenizer\.model.*use_fast=True/,
    ],
    [["config.json", "model.safetensors", "vocab.txt"], /no tokenizer\.json, only vocab\.txt/],
    [["config.json", "model.safetensors"], /dir:x has no tokenizer\.json\. Save the fast one/],
  ])("%j is refused", (names, said) => {
    expect(() => checkFileNames(names, "dir:x")).toThrow(said);
  });
});

describe("by config.json", () => {
  const known = ["llama", "phi3"];

  it.each([
    [{ model_type: "llama" }],
    // Its own code is not needed: the family is known.
    [{ model_type: "phi3", auto_map: { AutoModelForCausalLM: "modeling_phi3.Phi3ForCausalLM" } }],
    [{ model_type: "llama", is_encoder_decoder: false, num_experts: 0 }],
  ])("%j is looked into", (config) => {
    expect(() => checkKind(config, known, "hf:a/b")).not.toThrow();
  });

  it.each([
    [
      { model_type: "t5", is_encoder_decoder: true },
      /hf:a\/b is an encoder–decoder model \(config\.json: is_encoder_decoder is true\)\. .*Choose one of those\. .*llama, phi3/,
    ],
    [
      { model_type: "encoder-decoder" },
      /encoder–decoder model \(config\.json: model_type encoder-decoder\)\. .*Choose one of those/,
    ],
    [
      { model_type: "mixtral", num_local_experts: 8 },
      /a mixture of experts \(config\.json: num_local_experts 8\)\. Choose a dense/,
    ],
    // Of a family that is known, as its dense model is.
    [{ model_type: "llama", num_experts: 4 }, /a mixture of experts \(config\.json: num_experts 4\)\. Choose a dense/],
    [{ model_type: "deepseek_v3", n_routed_experts: 256 }, /n_routed_experts 256\)\. Choose a dense model of the same/],
    [{ model_type: "qwen3_moe" }, /a mixture of experts \(config\.json: model_type qwen3_moe\)\. Choose a dense/],
    [
      { model_type: "gemma3", vision_config: {} },
      /has parts for images or sound \(config\.json: vision_config\)\. Choose the text-only model/,
    ],
    [
      { model_type: "llama", audio_config: {} },
      /images or sound \(config\.json: audio_config\)\. Choose the text-only/,
    ],
    [{ model_type: "vit", image_size: 224 }, /parts for images.*image_size\)\. Choose the text-only/],
    [
      { model_type: "llama", quantization_config: { quant_method: "gptq" } },
      /quantised weights \(config\.json: quantization_config, gptq\)\. Open the model it was made from, in float32/,
    ],
    [
      { model_type: "chatglm", auto_map: {} },
      /needs code that comes with it: model_type "chatglm".*never run here.*llama, phi3/,
    ],
    [{ model_type: "mamba" }, /model_type "mamba", which is not supported\. Families that can be opened: llama, phi3/],
    [
      { auto_map: {} },
      /needs code that comes with it \(config\.json: auto_map\)\. A model's own code is never run here/,
    ],
    [{}, /names no model_type\. Families that can be opened: llama, phi3/],
  ])("%j is refused", (config, said) => {
    expect(() => checkKind(config, known, "hf:a/b")).toThrow(said);
  });
});
