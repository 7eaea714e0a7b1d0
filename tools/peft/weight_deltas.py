"""
Trains the cases of tests/fixtures/weight-deltas once more with PEFT's own modules, holds losses and
allocated ranks against the fixtures (which are made without PEFT), and writes the adapters that
PEFT saves beside them: what the studio writes is compared with these key by key. Needs torch,
transformers and peft; run by hand, after tools/fixtures/weight_deltas.py; all cases, or those that
are named.
"""
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

import torch
from peft import (AdaLoraConfig, BeftConfig, C3AConfig, DeloraConfig, FourierFTConfig, GraloraConfig, HiraConfig, LoHaConfig, LoKrConfig, LoraConfig, MissConfig,
                  OFTConfig, RandLoraConfig, RoadConfig, VeraConfig, get_peft_model)
from peft.optimizers import create_loraplus_optimizer
from peft.tuners.c3a.layer import C3ALinear
from peft.tuners.c3a.utils import get_circulant_fast
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
QV, GPT2 = ["q_proj", "v_proj"], ["c_attn"]
BUDGET = dict(init_r=4, target_r=2, lora_alpha=8, tinit=3, tfinal=5, deltaT=3, beta1=0.85, beta2=0.75, orth_reg_weight=0.5,
              total_step=20)
CASES = {
    "tiny-llama": {
        "lora-patterns": LoraConfig(r=4, lora_alpha=8, target_modules=QV + ["down_proj"],
                                    rank_pattern={"0.self_attn.q_proj": 2, "down_proj": 6}, alpha_pattern={"v_proj": 3}),
        "adalora": AdaLoraConfig(target_modules=QV, **BUDGET),
        "vera": VeraConfig(r=6, projection_prng_key=7, target_modules=QV + ["down_proj"]),
        "pissa": LoraConfig(r=4, lora_alpha=8, target_modules=QV + ["down_proj"], init_lora_weights="pissa"),
        "olora": LoraConfig(r=4, lora_alpha=6, target_modules=QV, init_lora_weights="olora"),
        "miss": MissConfig(r=7, target_modules=QV + ["down_proj"]),
        "loha": LoHaConfig(r=3, alpha=5, target_modules=QV),
        "lokr": LoKrConfig(r=3, alpha=5, target_modules=QV),
        "lokr-both": LoKrConfig(r=1, alpha=2, target_modules=QV, decompose_factor=4, decompose_both=True),
        "hira": HiraConfig(r=4, target_modules=QV + ["down_proj"]),
        "gralora": GraloraConfig(r=6, alpha=9, gralora_k=3, target_modules=QV),
        "randlora": RandLoraConfig(r=5, randlora_alpha=20, projection_prng_key=3, target_modules=QV + ["down_proj"]),
        "randlora-sparse": RandLoraConfig(r=8, randlora_alpha=30, projection_prng_key=4, sparse=True, save_projection=False,
                                          target_modules=QV),
        "fourierft": FourierFTConfig(n_frequency=37, scaling=60, target_modules=QV + ["down_proj"]),
        "c3a": C3AConfig(block_size=8, target_modules=QV + ["down_proj"]),
        "oft": OFTConfig(oft_block_size=8, target_modules=QV + ["down_proj"]),
        "oft-3": OFTConfig(oft_block_size=6, num_cayley_neumann_terms=3, target_modules=QV),
        "delora": DeloraConfig(r=4, delora_lambda=6, target_modules=QV + ["down_proj"]),
        # Targets are PEFT's own where none are named.
        "beft": BeftConfig(),
        "road": RoadConfig(group_size=8),
        "road-2": RoadConfig(variant="road_2", group_size=24),
        "road-4": RoadConfig(variant="road_4", group_size=4, target_modules=QV + ["down_proj"]),
    },
    "tiny-qwen2": {
        "beft": BeftConfig(target_modules=QV),
        "road-4": RoadConfig(variant="road_4", group_size=12),
    },
    "tiny-gpt2": {
        "dora": LoraConfig(r=4, lora_alpha=8, target_modules=GPT2, use_dora=True, fan_in_fan_out=True),
        "adalora": AdaLoraConfig(target_modules=GPT2 + ["mlp.c_proj"], fan_in_fan_out=True, **BUDGET),
        "vera": VeraConfig(r=6, projection_prng_key=7, target_modules=GPT2 + ["mlp.c_proj"], fan_in_fan_out=True),
        "pissa": LoraConfig(r=3, lora_alpha=6, target_modules=GPT2, init_lora_weights="pissa", fan_in_fan_out=True),
        "hira": HiraConfig(r=3, target_modules=GPT2, fan_in_fan_out=True),
        "randlora": RandLoraConfig(r=7, randlora_alpha=20, projection_prng_key=3, target_modules=GPT2 + ["mlp.c_proj"], fan_in_fan_out=True),
        "fourierft": FourierFTConfig(n_frequency=37, scaling=60, random_loc_seed=5, target_modules=GPT2, fan_in_fan_out=True),
        "gralora": GraloraConfig(r=4, alpha=6, gralora_k=2, target_modules=GPT2, fan_in_fan_out=True),
    },
}

# What these began with is in PEFT's copy of the weights; their folders are converted to plain LoRA.
IN_WEIGHT = ("pissa", "olora")


def derived_convolution(layer, x):
    """
    C3A's linear by the matrix that PEFT merges, which autograd derives: its own backward pass gives
    the input another gradient than the derivative (PEFT 0.21.2).
    """
    return layer.base_layer(x) + torch.nn.functional.linear(x, get_circulant_fast(layer.c3a_kernel["default"])) / x.shape[-1]


def in_model(name):
    """A parameter's name without PEFT's prefixes and the adapter's name."""
    return name.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", "")


def train(rig, name, config):
    case = FIXTURES / "weight-deltas" / rig / name
    tensors, facts = load_file(f"{case}.safetensors"), json.loads(Path(f"{case}.json").read_text())
    config.task_type = "SEQ_CLS"
    base = AutoModelForSequenceClassification.from_pretrained(
        FIXTURES / "reference/models" / rig, num_labels=facts["classes"], pad_token_id=1, dtype=torch.float32)
    base.config._name_or_path = base.name_or_path = ""
    model = get_peft_model(base, config)
    if isinstance(config, C3AConfig):
        plain, C3ALinear.forward = C3ALinear.forward, derived_convolution
    trained = {in_model(key): tensor for key, tensor in model.named_parameters() if tensor.requires_grad}
    with torch.no_grad():
        for key, tensor in trained.items():
            tensor.copy_(tensors[f"initial.{key}"])
    first = Path(tempfile.mkdtemp()) / "first"
    if name in IN_WEIGHT:
        model.save_pretrained(first)
    missing = {key[8:] for key in tensors if key.startswith("initial.")} ^ set(trained)
    assert not missing, missing
    rates = dict(lr=facts["learningRate"], weight_decay=facts["weightDecay"])
    if name == "lora-patterns":
        optimizer = create_loraplus_optimizer(
            model, torch.optim.AdamW, loraplus_lr_ratio=4.0, lr=rates["lr"], loraplus_weight_decay=rates["weight_decay"])
    else:
        # As transformers' Trainer, which lets no bias decay.
        decay = lambda key: 0 if key.endswith("bias") else rates["weight_decay"]
        groups = [{"params": [tensor], "weight_decay": decay(key)} for key, tensor in trained.items()]
        optimizer = torch.optim.AdamW(groups, lr=rates["lr"])
    worst, history = 0.0, []
    for step in range(facts["steps"]):
        batch = {key: tensors[f"batch.{step % 4}.{key}"].long() for key in ("input_ids", "attention_mask", "labels")}
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        if isinstance(config, AdaLoraConfig):
            before = json.dumps(config.rank_pattern)
            model.base_model.update_and_allocate(step)
            if config.rank_pattern and (json.dumps(config.rank_pattern) != before or step < 16 and step % 3 == 0):
                ranks = {in_model(key).removesuffix(".lora_E"): sum(kept) for key, kept in config.rank_pattern.items()}
                history.append([step, sum(ranks.values()), ranks])
        optimizer.zero_grad()
        penalty = facts["penaltyTrace"][step] or 0
        worst = max(worst, abs(float(loss.detach()) - facts["lossTrace"][step] - penalty) / float(loss.detach()))
    final = max(float((tensor - tensors[f"final.{key}"]).norm() / tensor.norm().clamp(min=1e-6)) for key, tensor in trained.items())
    same = [entry[1:] for entry in history] == [entry[1:] for entry in facts["history"]]
    print(f"{rig} {name}: losses {worst:.1e}, final tensors {final:.1e}" + (f", ranks {'equal' if same else history}" if history else ""))
    if isinstance(config, C3AConfig):
        C3ALinear.forward = plain
    case.mkdir(exist_ok=True)
    converted = {"path_initial_model_for_weight_conversion": str(first)} if name in IN_WEIGHT else {}
    model.save_pretrained(case, **converted)
    if converted:
        # PEFT's conversion leaves the head out.
        stored = load_file(case / "adapter_model.safetensors")
        stored["base_model.model.score.weight"] = trained["score.weight"].detach().contiguous()
        save_file(stored, case / "adapter_model.safetensors", metadata={"format": "pt"})
    (case / "README.md").unlink()
    with torch.no_grad():
        batch = {key: tensors[f"batch.0.{key}"].long() for key in ("input_ids", "attention_mask")}
        save_file({"logits": model.eval()(**batch).logits.contiguous()}, case / "logits.safetensors")
    return worst < 1e-4 and final < 1e-2 and (same or not history)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    good = [train(rig, name, config) for rig, cases in CASES.items() for name, config in cases.items()
            if not sys.argv[1:] or f"{rig}/{name}" in sys.argv[1:]]
    sys.exit(0 if all(good) else "PEFT's numbers differ from the fixtures'.")
