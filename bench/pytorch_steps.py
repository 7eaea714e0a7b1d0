"""
Times of a training step in PyTorch and PEFT beside the benchmark's: LoRA and full fine-tuning of
model folders, as JSON. Times alone: that the losses agree is shown by `bench/peers`.

    python pytorch_steps.py --threads N --samples N FOLDER ROWS TOKENS [FOLDER ROWS TOKENS …]
"""

import argparse
import json
import statistics
import time

import peft
import torch
import transformers

WARM_UP = 3
CLASSES = 2


def wrapped(model, what):
    targets = ("q_proj", "v_proj", "query", "value")
    present = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
    if what == "LoRA":
        config = peft.LoraConfig(
            task_type="SEQ_CLS", r=8, lora_alpha=16, target_modules=[name for name in targets if name in present]
        )
        return peft.get_peft_model(model, config)
    return model


def milliseconds(folder, rows, tokens, what, samples):
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=CLASSES, dtype=torch.float32
    )
    model.config.pad_token_id = model.config.pad_token_id or 0
    model = wrapped(model, what).train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3)
    ids = torch.randint(1, model.config.vocab_size, (rows, tokens))
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": torch.arange(rows) % CLASSES}
    times = []
    for _ in range(WARM_UP + samples):
        start = time.perf_counter()
        model(**batch).loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[WARM_UP:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--samples", type=int, required=True)
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    measured = []
    for at in range(0, len(options.models), 3):
        folder, rows, tokens = options.models[at : at + 3]
        # PEFT's prefix tuning refuses classifiers since transformers 5: they take no past keys.
        for what in ("LoRA", "full"):
            time_taken = milliseconds(folder, int(rows), int(tokens), what, options.samples)
            measured.append({"folder": folder, "what": what, "milliseconds": time_taken})
    versions = f"PyTorch {torch.__version__}, PEFT {peft.__version__}"
    print(json.dumps({"versions": versions, "rows": measured}))


if __name__ == "__main__":
    main()
