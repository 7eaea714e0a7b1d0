"""
LoRA outside of the blocks as PEFT 0.21 trains it: beside word embeddings, and beside the head over
the vocabulary of a language model, tied to the embeddings or not. Writes
tests/fixtures/outer-lora/RIG: logits and gradients in float64, 20 AdamW updates in float32, and the
folder that PEFT saves. Needs torch, transformers and peft; run by hand.

`tiny-qwen2`'s folder holds the frozen tables too, as PEFT saves them unless it is told not to.
"""
import logging
import os
import zlib
from pathlib import Path
import sys

import torch
from peft import LoraConfig, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from files import FIXTURES, read_safetensors, write_json, write_safetensors  # noqa: E402

STEPS, RATE, DECAY, CLASSES = 20, 5e-3, 0.01, 5
CASES = {
    "tiny-llama": dict(task_type="SEQ_CLS", target_modules=["embed_tokens", "q_proj"], rank_pattern={"embed_tokens": 3}),
    "tiny-qwen2": dict(task_type="CAUSAL_LM", target_modules=["embed_tokens", "lm_head", "v_proj"], alpha_pattern={"lm_head": 3}),
    "tiny-gpt2": dict(task_type="CAUSAL_LM", target_modules=["wte", "lm_head", "c_attn"], fan_in_fan_out=True),
}


def in_model(name):
    """A parameter's name without PEFT's prefixes and the adapter's name."""
    return name.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", "")


def open_model(rig, task, dtype):
    kind = AutoModelForCausalLM if task == "CAUSAL_LM" else AutoModelForSequenceClassification
    more = {} if task == "CAUSAL_LM" else {"num_labels": CLASSES, "pad_token_id": 1}
    model = kind.from_pretrained(FIXTURES / "reference/models" / rig, dtype=dtype, **more)
    model.config._name_or_path = model.name_or_path = ""
    return model


def start_of(rig, name, tensor):
    """Nothing starts at zero, so that no gradient is trivial."""
    source = torch.Generator().manual_seed(zlib.crc32(f"outer-lora/{rig}/{name}".encode()))
    std = 0.2 if name.endswith(("lora_embedding_A", "score.weight")) else 0.05
    return std * torch.randn(tensor.shape, generator=source)


def loss_of(model, batch, task):
    """
    Logits, and the mean cross-entropy; a language model predicts the next real token at every
    position.
    """
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    if task != "CAUSAL_LM":
        return logits, functional.cross_entropy(logits, batch["labels"])
    return logits, functional.cross_entropy(logits.transpose(1, 2), batch["next"], ignore_index=-100)


def run(rig, dtype, steps):
    settings = dict(CASES[rig])
    task = settings["task_type"]
    case = read_safetensors(FIXTURES / f"reference/cases/{rig}/lora-sequence-classification.safetensors")
    batches = []
    for index in range(4):
        batch = {key: case[f"batch.{index}.{key}"].long() for key in ("input_ids", "attention_mask", "labels")}
        ids, mask = batch["input_ids"], batch["attention_mask"]
        after = torch.where(mask[:, 1:] > 0, ids[:, 1:], -100)
        batch["next"] = torch.cat([after, torch.full((len(ids), 1), -100)], 1)
        batches.append(batch)
    model = get_peft_model(open_model(rig, task, dtype), LoraConfig(r=4, lora_alpha=8, **settings))
    trained = {in_model(name): tensor for name, tensor in model.named_parameters() if tensor.requires_grad}
    start = {name: start_of(rig, name, tensor) for name, tensor in trained.items()}
    with torch.no_grad():
        for name, tensor in trained.items():
            tensor.copy_(start[name])
    optimizer = torch.optim.AdamW(trained.values(), lr=RATE, weight_decay=DECAY)
    losses, first = [], None
    for step in range(steps):
        logits, loss = loss_of(model, batches[step % 4], task)
        optimizer.zero_grad()
        loss.backward()
        first = first or (logits.detach(), {name: tensor.grad.clone() for name, tensor in trained.items()})
        optimizer.step()
        losses.append(loss.item())
    return model, batches, start, losses, first


def write(rig):
    folder = FIXTURES / "outer-lora" / rig
    folder.mkdir(parents=True, exist_ok=True)
    task = CASES[rig]["task_type"]
    _, batches, start, _, (logits, gradients) = run(rig, torch.float64, 1)
    model, _, _, losses, _ = run(rig, torch.float32, STEPS)
    with torch.no_grad():
        final, _ = loss_of(model.eval(), batches[0], task)
    # Of a language model the first row's: every row's would be many times the adapter.
    shown = slice(0, 1 if task == "CAUSAL_LM" else None)
    tensors = {"logits": logits[shown], "final": final[shown]}
    for index, batch in enumerate(batches):
        tensors |= {f"batch.{index}.{name}": value for name, value in batch.items()}
    tensors |= {f"initial.{name}": value for name, value in start.items()}
    tensors |= {f"gradient.{name}": value for name, value in gradients.items()}
    write_safetensors(folder / "case.safetensors", tensors)
    count = sum(value.numel() for name, value in start.items() if name != "score.weight")
    write_json(folder / "case.json", {"learningRate": RATE, "weightDecay": DECAY, "adapterCount": count, "lossTrace": losses})
    model.save_pretrained(folder, save_embedding_layers="auto" if rig == "tiny-qwen2" else False)
    (folder / "README.md").unlink()
    merged = model.merge_and_unload()
    with torch.no_grad():
        again, _ = loss_of(merged, batches[0], task)
    print(rig, count, f"{losses[0]:.4f} → {losses[-1]:.4f}, merged by PEFT {float((again - final).abs().max()):.1e}",
          "tied" if model.config.tie_word_embeddings else "untied", sorted(read_safetensors(folder / "adapter_model.safetensors")))


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    for rig in CASES:
        write(rig)
