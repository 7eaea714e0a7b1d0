"""
Trains the cartridges of tests/fixtures/reference/cases once more with PEFT's own module, started as
its `initialize_kv_prefix_from_text` starts them where they start from a text (that function itself
fails on classifiers in PEFT 0.21.2, which have no `prepare_inputs_for_generation`); holds starts,
losses and what was trained against the fixtures (which are made without PEFT), and writes the
adapters that PEFT saves beside PEFT's others. Needs torch, transformers and peft; run by hand,
after tools/fixtures/make_soft_prompts.py.
"""
import json
import logging
import os
import sys
from pathlib import Path

import torch
from peft import CartridgeConfig, get_peft_model, initialize_kv_prefix_from_past_key_values
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, PreTrainedTokenizerFast

REFERENCE = Path(__file__).resolve().parents[2] / "tests/fixtures/reference"
RIG = "tiny-llama"


def packed(tensors, kind, frozen, layers):
    """[virtual tokens, layers · 2 · width], as PEFT has it."""
    whole = lambda part, layer: torch.cat([tensors[f"frozen.prefix.frozen.{part}.{layer}"], tensors[f"{kind}.prefix.{part}.{layer}"]])
    return torch.cat([whole(part, layer) for layer in range(layers) for part in ("keys", "values")], dim=1)


def train(name):
    path = f"{RIG}/{name}-sequence-classification"
    tensors, facts = load_file(REFERENCE / f"cases/{path}.safetensors"), json.loads((REFERENCE / f"cases/{path}.json").read_text())
    base = AutoModelForSequenceClassification.from_pretrained(
        REFERENCE / "models" / RIG, num_labels=len(facts["labels"]), pad_token_id=1, dtype=torch.float32)
    layers = base.config.num_hidden_layers
    base.config._name_or_path = base.name_or_path = RIG
    options, past = facts["options"], None
    if facts["text"] is not None:
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(REFERENCE / f"models/{RIG}/tokenizer.json"))
        ids = torch.tensor([[0] + tokenizer(facts["text"], add_special_tokens=False)["input_ids"]])
        with torch.no_grad():
            past = base(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=True).past_key_values
    model = get_peft_model(base, CartridgeConfig(
        task_type="SEQ_CLS", num_virtual_tokens=options["virtualTokens"], num_frozen_tokens=options["frozenTokens"]))
    encoder = model.prompt_encoder["default"]
    start = packed(tensors, "initial", options["frozenTokens"], layers)
    if past is None:
        encoder.load_prompt_embeddings(start)
    else:
        initialize_kv_prefix_from_past_key_values(model, past_key_values=past)
    begin = float((encoder.weight.detach() - start).abs().max())
    head = dict(model.named_parameters())["base_model.score.modules_to_save.default.weight"]
    with torch.no_grad():
        head.copy_(tensors["initial.score.weight"])
    trained = [tensor for tensor in model.parameters() if tensor.requires_grad]
    assert sum(tensor.numel() for tensor in trained) == facts["trainableCount"]["total"]
    rate = facts["optimizer"]
    optimizer, worst = torch.optim.AdamW(trained, lr=rate["learningRate"], weight_decay=rate["weightDecay"]), 0.0
    for step, expected in enumerate(facts["lossTrace"]):
        batch = {key: tensors[f"batch.{step % 4}.{key}"].long() for key in ("input_ids", "attention_mask", "labels")}
        optimizer.zero_grad()
        loss = model(**batch).loss
        worst = max(worst, abs(float(loss.detach()) / expected - 1))
        loss.backward()
        optimizer.step()
    final = float((encoder.weight.detach() - packed(tensors, "final", options["frozenTokens"], layers)).abs().max())
    print(f"{name}: start {begin:.1e}, losses {worst:.1e}, final tensors {final:.1e}")
    folder = REFERENCE / f"peft/{path}"
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    with torch.no_grad():
        batch = {key: tensors[f"batch.0.{key}"].long() for key in ("input_ids", "attention_mask")}
        save_file({"logits.rows": model.eval()(**batch).logits.contiguous()}, folder / "logits.safetensors")
    return begin < 1e-5 and worst < 1e-4 and final < 1e-3


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    good = [train(name) for name in sys.argv[1:] or ("cartridge", "cartridge-text")]
    sys.exit(0 if all(good) else "PEFT's numbers differ from the fixtures'.")
