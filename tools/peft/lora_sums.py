"""
Weighted sums of LoRA adapters by PEFT 0.21's `add_weighted_adapter`: tests/fixtures/lora-sums has
three adapters on tiny-llama as PEFT saves them, and what PEFT makes of two of them by `cat` and by
`linear`. Needs torch, transformers and peft; run by hand.
"""
import logging
import os
import shutil
import sys
import zlib
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
ADAPTERS = {
    "first": LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
    "second": LoraConfig(r=2, lora_alpha=3, use_rslora=True, target_modules=["v_proj", "down_proj"], task_type="CAUSAL_LM",
                         rank_pattern={"down_proj": 3}, alpha_pattern={"down_proj": 5}),
    "third": LoraConfig(r=4, lora_alpha=2, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
}
SUMS = {"cat": (["first", "second"], [0.7, -0.4]), "linear": (["first", "third"], [0.7, -0.4])}

if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.WARNING)
    base = AutoModelForCausalLM.from_pretrained(FIXTURES / "reference/models/tiny-llama", dtype=torch.float32)
    base.config._name_or_path = base.name_or_path = ""
    model = None
    for name, config in ADAPTERS.items():
        if model is None:
            model = get_peft_model(base, config, adapter_name=name)
        else:
            model.add_adapter(name, config)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if "lora_" in name:
                source = torch.Generator().manual_seed(zlib.crc32(name.encode()))
                tensor.copy_(0.2 * torch.randn(tensor.shape, generator=source))
    for name, (adapters, weights) in SUMS.items():
        model.add_weighted_adapter(adapters, weights, name, combination_type=name)
    folder = FIXTURES / "lora-sums"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, selected_adapters=[*ADAPTERS, *SUMS])
    (folder / "README.md").unlink(missing_ok=True)
    for path in folder.glob("*/README.md"):
        path.unlink()
    print(sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()))
