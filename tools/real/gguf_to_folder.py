"""
Turns a GGUF file of a Llama model with a byte-level tokenizer of the kind `smollm` into a folder in
Hugging Face's layout, and holds its weights against those that transformers reads from the file
itself. Not for other architectures or tokenizers: they are refused by name.

    python tools/real/gguf_to_folder.py MODEL.gguf FOLDER
"""
import json
import sys
from pathlib import Path

import numpy
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

#: GGUF's names of what is not in a block, and of what is.
OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
INNER = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
#: token_type of a special token.
CONTROL = 3
SAMPLE = "In 1987, the café's 3 owners didn't agree:  \"Too loud!\" 你好 🙂\n\tdef f(x):\n    return x2"


def name_of(tensor):
    """transformers' name of a tensor."""
    parts = tensor.split(".")
    return f"model.layers.{parts[1]}.{INNER[parts[2]]}.{parts[3]}" if parts[0] == "blk" else f"{OUTER[parts[0]]}.{parts[1]}"


def unpermuted(rows, heads):
    """
    Rows of q or k in transformers' order: a head's first half, then its second; GGUF has them one
    of each in turn.
    """
    return rows.reshape(heads, -1, 2, rows.shape[-1]).swapaxes(1, 2).reshape(rows.shape)


def weights_of(reader, told):
    """Every tensor, dequantised to float32."""
    heads = {"attn_q": told["llama.attention.head_count"], "attn_k": told["llama.attention.head_count_kv"]}
    weights = {}
    for tensor in reader.tensors:
        values = numpy.array(dequantize(tensor.data, tensor.tensor_type), dtype=numpy.float32)
        kind = tensor.name.split(".")[-2]
        weights[name_of(tensor.name)] = unpermuted(values, heads[kind]) if kind in heads else values
    return weights


def narrowest(weights):
    """float16 where it holds every value exactly, else float32."""
    exact = all(numpy.array_equal(values.astype(numpy.float16).astype(numpy.float32), values) for values in weights.values())
    return torch.float16 if exact else torch.float32


def config_of(told, weights, dtype):
    heads, size = told["llama.attention.head_count"], told["llama.embedding_length"]
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": told["llama.vocab_size"], "hidden_size": size,
        "intermediate_size": told["llama.feed_forward_length"], "num_hidden_layers": told["llama.block_count"],
        "num_attention_heads": heads, "num_key_value_heads": told["llama.attention.head_count_kv"], "head_dim": size // heads,
        "hidden_act": "silu", "max_position_embeddings": told["llama.context_length"],
        # GGUF keeps float32; the shortest decimal number that is the same float32 is what was
        # meant.
        "rms_norm_eps": float(str(numpy.float32(told["llama.attention.layer_norm_rms_epsilon"]))),
        "rope_theta": float(told["llama.rope.freq_base"]), "rope_scaling": None,
        "tie_word_embeddings": "lm_head.weight" not in weights, "attention_bias": False, "mlp_bias": False,
        "bos_token_id": told["tokenizer.ggml.bos_token_id"], "eos_token_id": told["tokenizer.ggml.eos_token_id"],
        "pad_token_id": told["tokenizer.ggml.padding_token_id"], "torch_dtype": str(dtype).removeprefix("torch."),
    }


def tokenizer_of(told):
    """tokenizer.json: digits one by one, then byte-level BPE without a space before the text."""
    tokens, types = told["tokenizer.ggml.tokens"], told["tokenizer.ggml.token_type"]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": place, "content": token, **flags} for place, token in enumerate(tokens) if types[place] == CONTROL],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
        "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": {token: place for place, token in enumerate(tokens)}, "merges": told["tokenizer.ggml.merges"]},
    }


def settings_of(told):
    """tokenizer_config.json."""
    token = lambda kind: told["tokenizer.ggml.tokens"][told[f"tokenizer.ggml.{kind}_token_id"]]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": token("bos"), "eos_token": token("eos"),
        "unk_token": token("unknown"), "pad_token": token("padding"), "chat_template": told["tokenizer.chat_template"],
        "model_max_length": told["llama.context_length"], "clean_up_tokenization_spaces": False, "add_prefix_space": False,
    }


def refuse_others(told):
    wanted = {"general.architecture": "llama", "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm",
              "tokenizer.ggml.add_bos_token": False, "tokenizer.ggml.add_space_prefix": False}
    for key, value in wanted.items():
        if told.get(key) != value:
            raise SystemExit(f"{key} is {told.get(key)!r}; only {value!r} can be turned into a folder.")
    if any(key.startswith("llama.rope.scaling") for key in told):
        raise SystemExit("Scaled rotary positions cannot be turned into a folder.")


def check(file, folder, told):
    """
    The weights are transformers' own reading of the file, and the tokenizer gives back what it is
    given.
    """
    ours = load_file(folder / "model.safetensors")
    theirs = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).state_dict()
    for name, values in ours.items():
        if not torch.equal(values.float(), theirs[name]):
            raise SystemExit(f"{name} is not what transformers reads from {file.name}.")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tokenizer.decode(tokenizer(SAMPLE).input_ids) != SAMPLE:
        raise SystemExit("The tokenizer does not give back the text that it is given.")
    for place, kind in enumerate(told["tokenizer.ggml.token_type"]):
        if kind == CONTROL and tokenizer(told["tokenizer.ggml.tokens"][place]).input_ids != [place]:
            raise SystemExit(f"The tokenizer does not know the special token {place}.")


def main(file, folder):
    reader = GGUFReader(file)
    told = {key: field.contents() for key, field in reader.fields.items()}
    refuse_others(told)
    folder.mkdir(parents=True, exist_ok=True)
    weights = weights_of(reader, told)
    dtype = narrowest(weights)
    save_file({name: torch.from_numpy(values).to(dtype).contiguous() for name, values in weights.items()},
              folder / "model.safetensors", metadata={"format": "pt"})
    texts = {"config.json": config_of(told, weights, dtype), "tokenizer.json": tokenizer_of(told),
             "tokenizer_config.json": settings_of(told)}
    for name, value in texts.items():
        (folder / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    check(file, folder, told)
    print(f"{file.name}: {len(weights)} tensors as {dtype}, equal to transformers' own reading")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
