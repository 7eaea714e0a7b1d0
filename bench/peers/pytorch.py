"""
The same training in PyTorch and PEFT: reads a case, trains it, and prints losses and times as JSON.
Not for making the case (make-case.ts), nor for judging the losses (command.ts).

    python pytorch.py CASE_FOLDER --threads N --warm-up N --steps N
"""

import argparse
import json
import time
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file


def open_model(case, tensors):
    config = transformers.LlamaConfig(**case["config"])
    config.num_labels = case["classes"]
    model = transformers.LlamaForSequenceClassification(config).float()
    lora = peft.LoraConfig(
        task_type="SEQ_CLS",
        r=case["lora"]["rank"],
        lora_alpha=case["lora"]["alpha"],
        target_modules=case["lora"]["targets"],
    )
    frozen = {name: tensor for name, tensor in tensors.items() if name not in case["trained"]}
    missing, unexpected = model.load_state_dict(frozen, strict=False)
    assert missing == ["score.weight"] and not unexpected, (missing, unexpected)
    model = peft.get_peft_model(model, lora)
    trained = {f"base_model.model.{name}": tensors[name] for name in case["trained"]}
    loaded = peft.set_peft_model_state_dict(model, trained)
    assert not loaded.unexpected_keys, loaded.unexpected_keys
    return model.train()


def open_batch(batch, case):
    ids = torch.tensor(batch["ids"]).view(case["rows"], case["tokens"])
    lengths = torch.tensor(batch["lengths"])
    mask = (torch.arange(case["tokens"]) < lengths[:, None]).long()
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor(batch["labels"])}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--warm-up", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    case = json.loads((options.case / "case.json").read_text())
    model = open_model(case, load_file(options.case / "case.safetensors"))
    settings = case["optimizer"]
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters,
        lr=settings["learningRate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
        weight_decay=settings["weightDecay"],
    )

    losses, milliseconds = [], []
    for step in range(options.warm_up + options.steps):
        start = time.perf_counter()
        loss = model(**open_batch(case["batches"][step % len(case["batches"])], case)).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if step >= options.warm_up:
            milliseconds.append(1000 * (time.perf_counter() - start))

    print(
        json.dumps(
            {
                "version": f"PyTorch {torch.__version__}, PEFT {peft.__version__}",
                "backend": "CPU",
                "threads": torch.get_num_threads(),
                "losses": losses,
                "milliseconds": milliseconds,
            }
        )
    )


if __name__ == "__main__":
    main()
