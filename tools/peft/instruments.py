"""
What the instruments are held to, by transformers and PEFT in float64: gradient × input of a logit
with respect to every token's embedding, and the attention of every layer
(`output_attentions=True`), for tests/fixtures/instruments. Of one row after another: a bare model
below a head, LoRA, SK-Prefix and a soft prompt, each with random values in place of trained ones.
Needs torch, transformers and peft; run by hand.
"""
import json
import sys
import zlib
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DynamicCache
from transformers.models.llama.modeling_llama import LlamaRMSNorm, LlamaRotaryEmbedding, apply_rotary_pos_emb

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from files import FIXTURES, write_json, write_safetensors  # noqa: E402

OUT = FIXTURES / "instruments"
RANK, ALPHA, VIRTUAL = 2, 4, 3
#: Rows of the reference's data, and the label whose logit is explained.
ROWS = [0, 3]
TEXT = "Classify the question:"
HEADS = {"tiny-llama": ("score.weight",), "tiny-bert": ("classifier.weight", "classifier.bias")}
POOLING = {"tiny-llama": "last", "tiny-bert": "cls"}


def stay_in_float64():
    """Transformers computes norms, rotary tables and softmaxes in float32 in every model."""
    softmax = torch.nn.functional.softmax
    torch.nn.functional.softmax = lambda x, dim=None, dtype=None, **_: softmax(x, dim=dim)
    LlamaRMSNorm.forward = lambda self, x: (
        self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))

    def tables(self, x, position_ids):
        theta = self.config.rope_parameters["rope_theta"]
        size = x.shape[-1] if x.dim() == 4 else self.config.head_dim
        inverse = theta ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
        angles = position_ids[..., None].double() * inverse
        angles = torch.cat([angles, angles], -1)
        return angles.cos(), angles.sin()

    LlamaRotaryEmbedding.forward = tables


def normal(rig, name, shape, std):
    seed = zlib.crc32(f"{rig}/instruments/{name}".encode())
    return std * torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float32)


def load(rig, labels):
    model = AutoModelForSequenceClassification.from_pretrained(
        FIXTURES / "reference/models" / rig, num_labels=labels, dtype=torch.float32, attn_implementation="eager")
    return model.double().eval()


def fill_head(rig, model, given):
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            plain = name.replace("base_model.model.", "").replace(".modules_to_save.default", "")
            if plain in HEADS[rig]:
                given[plain] = normal(rig, plain, tensor.shape, 0.5)
                tensor.copy_(given[plain])


def fill_lora(rig, model, given):
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if "lora_" in name:
                plain = name.removeprefix("base_model.model.").replace(".default", "")
                given[plain] = normal(rig, plain, tensor.shape, 0.3)
                tensor.copy_(given[plain])


def by_head(x, heads):
    """[1, tokens, heads · size] → [1, heads, tokens, size]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def mapped_text(rig, model, text_ids, given):
    """The text's keys and values, each through a map of its layer; keys then turned by rotary."""
    base = model.model if rig == "tiny-llama" else model.bert
    layers = base.layers if rig == "tiny-llama" else base.encoder.layer
    attentions = [layer.self_attn if rig == "tiny-llama" else layer.attention.self for layer in layers]
    seen = {}
    hooks = []
    for index, attention in enumerate(attentions):
        for kind, module in (("K", getattr(attention, "k_proj", None) or getattr(attention, "key", None)),
                             ("V", getattr(attention, "v_proj", None) or getattr(attention, "value", None))):
            hooks.append(module.register_forward_hook(
                lambda _module, _input, output, place=(kind, index): seen.__setitem__(place, output)))
    with torch.no_grad():
        base(input_ids=text_ids)
    for hook in hooks:
        hook.remove()
    config = model.config
    heads = getattr(config, "num_key_value_heads", config.num_attention_heads)
    cache = DynamicCache()
    for index in range(len(attentions)):
        sides = []
        for kind in ("K", "V"):
            states = by_head(seen[kind, index], heads)
            size = states.shape[-1]
            name = f"F_{kind}.{index}.weight"
            given[name] = torch.eye(size) + normal(rig, name, (size, size), 0.2)
            sides.append(states @ given[name].double().T)
        keys, values = sides
        if rig == "tiny-llama":
            positions = torch.arange(text_ids.shape[1])[None]
            cosine, sine = base.rotary_emb(keys, positions)
            keys, _ = apply_rotary_pos_emb(keys, keys, cosine, sine)
        cache.update(keys.detach(), values.detach(), index)
    return cache


def explain(rig, model, ids, label, past, prompt):
    """Logits, gradient × input of one of them for every token of the text, attentions."""
    words = model.get_input_embeddings()(ids).detach().requires_grad_(True)
    before = 0 if past is None else past.get_seq_length()
    virtual = 0 if prompt is None else len(prompt)
    entering = words if prompt is None else torch.cat([prompt.double()[None], words], 1)
    mask = torch.ones(1, before + entering.shape[1], dtype=torch.long)
    backbone = model.get_base_model() if hasattr(model, "get_base_model") else model
    inner = getattr(backbone, "model", None) or backbone.bert
    pad = {} if past is None else {"past_key_values": past}
    out = inner(inputs_embeds=entering, attention_mask=mask, output_attentions=True, **pad)
    hidden = out.last_hidden_state
    if rig == "tiny-bert":
        # The text's own first token: the pooler reads it, behind a prompt too.
        logits = backbone.classifier(inner.pooler(hidden[:, virtual:]))[0]
    else:
        logits = backbone.score(hidden[:, -1])[0]
    logits[label].backward()
    return logits.detach(), (words.grad * words).sum(-1)[0].detach(), [layer[0].detach() for layer in out.attentions]


def main():
    data = json.loads((FIXTURES / "reference/cases/data.json").read_text())["tasks"]["sequence-classification"]
    labels = len(data["labels"])
    OUT.mkdir(exist_ok=True)
    stay_in_float64()
    for rig in HEADS:
        tensors = {}
        tokenizer = AutoTokenizer.from_pretrained(FIXTURES / "reference/models" / rig)
        for method in ("linear-probe", "lora", "sk-prefix", "prompt"):
            given = {}
            model = load(rig, labels)
            if method == "lora":
                model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=RANK, lora_alpha=ALPHA)).eval()
                fill_lora(rig, model, given)
            fill_head(rig, model, given)
            # What PEFT adds is float32.
            model = model.double()
            if method == "prompt":
                width = model.config.hidden_size
                given["prompt_embeddings"] = normal(rig, "prompt", (VIRTUAL, width), 0.5)
            for place in ROWS:
                row = data["rows"][place]
                ids = tokenizer(row["text"], return_tensors="pt").input_ids
                label = data["labels"].index(row["label"])
                text_ids = tokenizer(TEXT, return_tensors="pt").input_ids
                past = mapped_text(rig, model, text_ids, given) if method == "sk-prefix" else None
                if past is not None and rig == "tiny-llama":
                    # The text begins with the beginning-of-sequence token already.
                    ids = ids[:, 1:]
                prompt = given.get("prompt_embeddings")
                logits, scores, attentions = explain(rig, model, ids, label, past, prompt)
                at = f"{method}.{place}"
                tensors |= {f"{at}.ids": ids[0], f"{at}.logits": logits, f"{at}.saliency": scores}
                tensors |= {f"{at}.attention.{layer}": values for layer, values in enumerate(attentions)}
            tensors |= {f"{method}.given.{name}": value for name, value in given.items()}
        write_safetensors(OUT / f"{rig}.safetensors", tensors)
    write_json(OUT / "cases.json", {
        "rows": ROWS, "labels": [data["labels"].index(data["rows"][place]["label"]) for place in ROWS], "text": TEXT, "pooling": POOLING, "rank": RANK, "alpha": ALPHA, "virtualTokens": VIRTUAL,
        "methods": ["linear-probe", "lora", "sk-prefix", "prompt"]})


if __name__ == "__main__":
    main()
