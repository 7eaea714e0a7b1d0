"""
What PyTorch computes for a real model on the first rows of rows.jsonl: logits of transformers' own
sequence classifier with a head that is drawn here (`linear-probe`), of the same with PEFT's LoRA,
and of SK-Prefix after tools/fixtures; for each the gradient of every trained tensor, in float64.
All is held against transformers and PEFT first, but for an encoder's prefix, which transformers
takes from PEFT alone. Written as a family's fixture is (tests/fixtures/README.md), so that the same
tests read it. For a model that predicts, its logits after each row as well.

    python tools/real/oracle.py MODEL_FOLDER OUTPUT_FOLDER
"""
import functools
import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fixtures"))

from check_transformers import check_sk_prefix  # noqa: E402
from cases import generator, identity_maps, lora, lora_start, sk_prefix, trained  # noqa: E402
from families import MODELS  # noqa: E402
from files import read_safetensors, write_json, write_safetensors  # noqa: E402

ROWS = 4
TEXT = "Decide whether a message is a complaint, praise or a question:"
RANK, ALPHA = 8, 16
#: What tokenizers are compared with, beside the rows and the text.
SAMPLES = [
    "", " ", "a", "Hello,  world!", "In 1987, the café's 3 owners didn't agree: \"Too loud!\"", "你好，世界", "🙂👍🏽 naïve coöperation",
    "\tdef f(x):\n    return x ** 2  # x\n", "https://example.org/a?b=1&c=%20", "ÀÉÎÕÜ straße ﬁn", "It's we'll I'd they've", "x" * 60,
    "1234567890 12.5% $3,000", "Привет, как дела?", "line\r\nline\n\n\nline",
]
#: Between float64 after tools/fixtures and float32 in transformers and PEFT.
TOLERANCE = 1e-4


def rows():
    lines = (HERE / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines][:ROWS]


def batch_of(tokenizer, labels):
    read = tokenizer([row["text"] for row in rows()], padding=True, padding_side="right", return_tensors="pt")
    return {"input_ids": read.input_ids, "attention_mask": read.attention_mask,
            "labels": torch.tensor([labels.index(row["label"]) for row in rows()]),
            "text_ids": torch.tensor(tokenizer(TEXT).input_ids)}


def reference(folder, dtype):
    """The model of tools/fixtures with these weights, its tensors named as in a task model."""
    config = json.loads((folder / "config.json").read_text())
    kind = MODELS[config["model_type"]]
    prefix = f"{config['model_type']}." if config["model_type"] in ("bert", "roberta") else kind.prefix
    weights = read_safetensors(folder / "model.safetensors")
    weights = {name if name.startswith(prefix) else prefix + name: values for name, values in weights.items()
               if values.is_floating_point()}
    return kind(config, weights, dtype)


def head(name, model, classes):
    """A head whose logits are neither all alike nor all sure."""
    shapes = model.head_shapes(model.config["hidden_size"], classes)
    return {path: 0.05 * torch.randn(shape, generator=generator(name, "head", path)) for path, shape in shapes.items()}


def classifier(folder, labels, start):
    """transformers' own, with the head given."""
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(labels), dtype=torch.float32).eval()
    model.requires_grad_(False)
    for path, values in start.items():
        if path in dict(model.named_parameters()):
            model.get_parameter(path).data.copy_(values)
            model.get_parameter(path).requires_grad_(True)
    return model


def plain_name(name):
    """A parameter's name without PEFT's wrappers."""
    for part in ("base_model.model.", ".modules_to_save", ".default"):
        name = name.replace(part, "")
    return name


def step(model, batch):
    """Logits and gradients by name."""
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    functional.cross_entropy(logits, batch["labels"]).backward()
    return logits.detach(), {plain_name(name): p.grad for name, p in model.named_parameters() if p.grad is not None}


def with_lora(model, kind, start):
    """PEFT's LoRA with the start values given."""
    config = LoraConfig(task_type="SEQ_CLS", r=RANK, lora_alpha=ALPHA, target_modules=list(kind.lora))
    wrapped = get_peft_model(model, config).eval()
    for name, parameter in wrapped.named_parameters():
        if parameter.requires_grad:
            parameter.data.copy_(start[plain_name(name)])
    return wrapped


def distance(computed, expected):
    return float((computed - expected).norm() / expected.norm())


def agree(what, theirs, ours):
    """Both logits and gradients; the largest relative distance."""
    (logits, gradients), (own_logits, own_gradients) = theirs, ours
    if set(gradients) != set(own_gradients):
        raise SystemExit(f"{what}: other tensors are trained: {sorted(set(gradients) ^ set(own_gradients))[:4]}")
    found = max(distance(gradients[name], own_gradients[name]) for name in gradients)
    found = max(found, distance(logits, own_logits))
    print(f"{what}: transformers and PEFT in float32 differ from tools/fixtures in float64 by {found:.1e}")
    if not found <= TOLERANCE:
        raise SystemExit(f"{what}: transformers computes something else.")


def plain(model, batch, tensors):
    hidden, _, _ = model.forward(batch["input_ids"], batch["attention_mask"])
    return model.classify(model.pool(hidden, batch["attention_mask"]), tensors)


def make(folder, output):
    name = folder.name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    labels = sorted({row["label"] for row in rows()})
    batch = batch_of(tokenizer, labels)
    model = reference(folder, torch.float64)
    top = head(name, model, len(labels))
    with torch.no_grad():
        hidden, keys, _ = model.forward(batch["input_ids"], batch["attention_mask"])
    starts = {"linear-probe": top, "lora": lora_start(name, model, RANK) | top, "sk-prefix": identity_maps(keys) | top}
    ways = {"linear-probe": plain, "lora": functools.partial(lora, alpha=ALPHA), "sk-prefix": sk_prefix}
    steps = {method: trained(ways[method], model, batch, start) for method, start in starts.items()}

    theirs = classifier(folder, labels, top)
    check = {"linear-probe": step(theirs, batch)}
    theirs.zero_grad()
    check["lora"] = step(with_lora(theirs, model, starts["lora"]), batch)
    for method, found in check.items():
        agree(f"{name}, {method}", found, steps[method])

    tensors = batch | {"hidden": hidden}
    for method, (logits, gradients) in steps.items():
        # Where transformers itself computes them, its logits are what ours are held against.
        tensors[f"{method}.logits"] = check[method][0] if method in check else logits
        tensors |= {f"{method}.initial.{key}": value for key, value in starts[method].items()}
        tensors |= {f"{method}.gradient.{key}": value for key, value in gradients.items()}
    if model.pooling == "last":
        tensors["next.logits"] = next_logits(folder, batch)
        differences = check_sk_prefix(folder, reference(folder, torch.float32), tensors)
        print(f"{name}, sk-prefix: transformers' cache differs by {max(differences):.1e}")
        if not max(differences) <= TOLERANCE:
            raise SystemExit("sk-prefix: transformers computes something else.")
    write_safetensors(output / "case.safetensors", tensors)
    write_json(output / "case.json", {
        "text": TEXT, "classes": len(labels), "labels": labels, "pooling": model.pooling, "rows": rows(),
        "lora": {"rank": RANK, "alpha": ALPHA},
        "tokens": [{"text": text, "ids": tokenizer(text).input_ids} for text in [*SAMPLES, TEXT, *(row["text"] for row in rows())]]})


def next_logits(folder, batch):
    """[rows, vocabulary] after each row's last token."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return logits[torch.arange(len(logits)), batch["attention_mask"].sum(1) - 1]


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
