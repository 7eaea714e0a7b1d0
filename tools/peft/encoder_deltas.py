"""
BEFT and RoAd on tiny-bert, computed by PEFT's own modules in transformers' classifier: the cases of
tests/fixtures/reference/cases of those names. Logits and gradients in float64, 20 AdamW updates in
both. Batches and the head's start are those of its BitFit case. Needs torch, transformers and peft;
run by hand.
"""
import json
import logging
import os
import sys
import zlib
from pathlib import Path

import torch
from peft import BeftConfig, RoadConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from files import write_json, write_safetensors  # noqa: E402

RIG = "tiny-bert"
REFERENCE = Path(__file__).resolve().parents[2] / "tests/fixtures/reference"
CASES = REFERENCE / "cases" / RIG
# Targets are PEFT's own.
CONFIGS = {"beft": lambda: BeftConfig(task_type="SEQ_CLS"),
           "road": lambda: RoadConfig(task_type="SEQ_CLS", variant="road_2", group_size=8)}
OPTIONS = {"beft": {}, "road": {"variant": "road_2", "groupSize": 8}}


def in_model(name):
    """A parameter's name without PEFT's prefixes and the adapter's name."""
    return name.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", "")


def start_of(name, tensor):
    """Moved from the identity, so that no gradient is trivial."""
    noise = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(zlib.crc32(f"{RIG}/{name}".encode())))
    return tensor.detach().float() + 0.2 * noise


def run(method, given, batches, facts, dtype):
    base = AutoModelForSequenceClassification.from_pretrained(
        REFERENCE / "models" / RIG, num_labels=len(facts["labels"]), dtype=torch.float32)
    model = get_peft_model(base, CONFIGS[method]()).to(dtype).eval()
    trained = {in_model(key): tensor for key, tensor in model.named_parameters() if tensor.requires_grad}
    with torch.no_grad():
        for key, tensor in trained.items():
            own = given.get(f"initial.{key}")
            tensor.copy_(start_of(key, tensor) if own is None else own)
    initial = {key: tensor.detach().float().clone() for key, tensor in trained.items()}
    rate, decay = facts["optimizer"]["learningRate"], facts["optimizer"]["weightDecay"]
    decays = {key: 0.0 if key.endswith("bias") else decay for key in trained}
    optimizer = torch.optim.AdamW([{"params": [tensor], "weight_decay": decays[key]} for key, tensor in trained.items()], lr=rate)
    losses, norms, first = [], [], None
    for step in range(facts["steps"]):
        out = model(**batches[step % 4])
        optimizer.zero_grad()
        out.loss.backward()
        losses.append(out.loss.item())
        norms.append(torch.cat([tensor.grad.flatten() for tensor in trained.values()]).norm().item())
        if step == 0:
            first = out.logits.detach().clone(), {key: tensor.grad.clone() for key, tensor in trained.items()}
        optimizer.step()
    with torch.no_grad():
        final = model(**batches[0]).logits
    return {"logits": first[0], "gradients": first[1], "initial": initial, "decays": decays, "losses": losses, "norms": norms,
            "final": {key: tensor.detach().clone() for key, tensor in trained.items()}, "logits.final": final}


def write(method):
    source = CASES / "bitfit-sequence-classification"
    facts, given = json.loads(source.with_suffix(".json").read_text()), load_file(source.with_suffix(".safetensors"))
    batches = [{key: given[f"batch.{index}.{key}"].long() for key in ("input_ids", "attention_mask", "labels")} for index in range(4)]
    exact, single = (run(method, given, batches, facts, dtype) for dtype in (torch.float64, torch.float32))
    tensors = {key: tensor for key, tensor in given.items() if key.startswith("batch.")}
    tensors |= {"logits": exact["logits"], "logits.final": single["logits.final"]}
    for kind, values in (("initial", exact["initial"]), ("gradient", exact["gradients"]), ("final", single["final"])):
        tensors |= {f"{kind}.{key}": value for key, value in values.items()}
    path = CASES / f"{method}-sequence-classification"
    write_safetensors(path.with_suffix(".safetensors"), tensors)
    heads = [key for key in exact["initial"] if key.startswith("classifier.")]
    count = {key: tensor.numel() for key, tensor in exact["initial"].items()}
    head = sum(count[key] for key in heads)
    write_json(path.with_suffix(".json"), {
        **{key: facts[key] for key in ("rig", "model", "task", "pooling", "text", "virtualTokens", "labels", "batches", "optimizer",
                                       "steps", "tolerance")},
        "method": method, "options": OPTIONS[method],
        "trainableCount": {"adapter": sum(count.values()) - head, "head": head, "total": sum(count.values())},
        "loss": single["losses"][0], "lossTrace": single["losses"], "lossTrace64": exact["losses"], "gradientNorms": single["norms"],
        "trainables": [{"name": key, "shape": list(tensor.shape), "head": key in heads, "weightDecay": exact["decays"][key],
                        "gradientIsZero": False} for key, tensor in exact["initial"].items()]})
    print(method, count, f"{single['losses'][0]:.4f} → {single['losses'][-1]:.4f}",
          max(abs(a - b) for a, b in zip(single["losses"], exact["losses"])))


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    for name in CONFIGS:
        write(name)
