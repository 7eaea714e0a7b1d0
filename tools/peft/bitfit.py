"""
BitFit in the form that PEFT 0.21 saves and loads, LoRA with `bias="all"` whose factors are zero:
the folders that PEFT writes for the trained biases of tests/fixtures/reference/cases, read into a
fresh model again, whose logits must be PyTorch's. Needs torch, transformers, peft and safetensors;
run by hand.
"""
import json
import logging
import os
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

REFERENCE = Path(__file__).resolve().parents[2] / "tests/fixtures/reference"
RIGS = {"tiny-gpt2": ("c_attn", True), "tiny-qwen2": ("q_proj", False)}


def base_model(rig, labels):
    model = AutoModelForSequenceClassification.from_pretrained(REFERENCE / "models" / rig, num_labels=labels, dtype=torch.float32)
    model.config.pad_token_id = 1
    model.config._name_or_path = model.name_or_path = rig
    return model


def check(rig):
    target, fan_in_fan_out = RIGS[rig]
    case = REFERENCE / f"cases/{rig}/bitfit-sequence-classification"
    labels = len(json.loads(case.with_suffix(".json").read_text())["labels"])
    tensors = load_file(case.with_suffix(".safetensors"))
    final = {name.removeprefix("final."): values for name, values in tensors.items() if name.startswith("final.")}
    config = LoraConfig(r=1, lora_alpha=1, target_modules=[target], bias="all", fan_in_fan_out=fan_in_fan_out, task_type="SEQ_CLS")
    model = get_peft_model(base_model(rig, labels), config)
    left = set(final)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            own = name.removeprefix("base_model.model.").replace(".base_layer.", ".").replace(".modules_to_save.default.", ".")
            if "lora_" in name:
                tensor.zero_()
            elif own in final and "original_module" not in name:
                tensor.copy_(final[own])
                left.discard(own)
    if left:
        raise SystemExit(f"{rig}: {sorted(left)} are no parameters of PEFT's model.")
    folder = REFERENCE / f"peft/{rig}/bitfit-sequence-classification"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    settings = folder / "adapter_config.json"
    # As the other folders: indented by one space.
    settings.write_text(json.dumps(json.loads(settings.read_text()), indent=1, sort_keys=True) + "\n")
    loaded = PeftModel.from_pretrained(base_model(rig, labels), folder).eval()
    batch = {"input_ids": tensors["batch.0.input_ids"].long(), "attention_mask": tensors["batch.0.attention_mask"].long()}
    with torch.no_grad():
        logits = loaded(**batch).logits
    print(rig, "logits differ by", float((logits - tensors["logits.final"]).abs().max()))


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.WARNING)
    for name in RIGS:
        check(name)
