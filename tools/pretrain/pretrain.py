"""
Text to a small Llama with tokenizer, curve, numbers and model card. See README.md for the command.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from card import Measured, write_card
from corpus import Excluded, read_documents
from evaluate import sample, score_baselines, score_model
from instructions import make_instructions
from model import Llama, Shape, load_model
from read_out import read_out
from tokens import encode, save_tokenizer, train_tokenizer
from train import Budget, train


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True, help="folder with .txt or .txt.zst files")
    parser.add_argument("--out", type=Path, required=True, help="folder for everything that is made")
    parser.add_argument(
        "--exclude", type=Path, nargs="*", default=[], help="CSV files whose rows must not be trained on"
    )
    parser.add_argument(
        "--intents", type=Path, nargs="*", default=[], help="labelled CSV files for the instruction texts"
    )
    parser.add_argument(
        "--read-out", nargs="*", default=[], help="NAME=TRAIN.csv,TEST.csv to measure a linear read-out on"
    )
    parser.add_argument("--name", default="small-base", help="the model's name in its card")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, help="a budget in steps instead of minutes")
    parser.add_argument("--batch", type=int, default=16, help="sequences per step")
    parser.add_argument("--seed", type=int, default=0)
    for name, value in vars(Shape()).items():
        if isinstance(value, int):
            parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value)
    return parser.parse_args()


def prepare(args: argparse.Namespace) -> dict[str, np.ndarray]:
    """Tokenizer and token arrays, made once per --out."""
    names = ("text", "touch", "held-out")
    files = {name: args.out / f"{name}.npy" for name in names}
    if all(path.exists() for path in files.values()):
        return {name: np.load(path) for name, path in files.items()}
    args.out.mkdir(parents=True, exist_ok=True)
    documents = read_documents(args.text)
    excluded = Excluded(args.exclude)
    clean = [document for document in documents if not excluded.shares(document.text)]
    training = [document for document in clean if not document.held_out]
    held_out = [document for document in clean if document.held_out]
    touch, touch_counts = make_instructions(training, args.intents, excluded, args.seed)
    tokenizer = train_tokenizer([document.text for document in training], args.vocabulary)
    (args.out / "tokenizer").mkdir(exist_ok=True)
    save_tokenizer(tokenizer, args.out / "tokenizer", args.context)
    arrays = {
        "text": encode(tokenizer, [document.text for document in training]),
        "touch": encode(tokenizer, touch),
        "held-out": encode(tokenizer, [document.text for document in held_out]),
    }
    (args.out / "held-out.json").write_text(json.dumps([[document.source, document.text] for document in held_out]))
    (args.out / "instructions.json").write_text(json.dumps(touch[:200], indent=1))
    counts = {
        "documents": len(documents),
        "excluded rows": excluded.rows,
        "excluded rows of fewer than 5 words": len(excluded.short),
        "documents left out for sharing words with an excluded row": len(documents) - len(clean),
        "training documents": len(training),
        "held-out documents": len(held_out),
        "tokens": {name: int(len(value)) for name, value in arrays.items()},
        "instruction texts": touch_counts,
    }
    (args.out / "data.json").write_text(json.dumps(counts, indent=1))
    print(json.dumps(counts, indent=1), flush=True)
    for name, path in files.items():
        np.save(path, arrays[name])
    return arrays


PROMPTS = ["This film is", "The city of", "She looked at him and"]
TASK = "Classify the sentiment of the text as positive or negative. I loved every minute of this film.\n"


def measure(args: argparse.Namespace, training: np.ndarray, model: Llama) -> tuple[Measured, list[str]]:
    """The finished model's numbers, on the processor: its float16 file is what is measured."""
    tokenizer = Tokenizer.from_file(str(args.out / "tokenizer" / "tokenizer.json"))
    documents = json.loads((args.out / "held-out.json").read_text())
    texts = [text for _, text in documents]
    folder = args.out / "before-touch"
    before = load_model(folder) if folder.exists() else None
    read_outs = []
    for item in args.read_out:
        name, _, files = item.partition("=")
        train_file, test_file = (Path(part) for part in files.split(","))
        accuracies = [read_out(each, tokenizer, train_file, test_file) if each else None for each in (model, before)]
        read_outs.append((name, *accuracies))
        print(name, accuracies, flush=True)
    samples = [sample(model, tokenizer, prompt, 40, 0.8, args.seed) for prompt in PROMPTS]
    samples.append(sample(model, tokenizer, TASK, 8, 0, args.seed))
    measured = Measured(
        model=score_model(model, tokenizer, texts),
        before_touch=score_model(before, tokenizer, texts) if before else None,
        baselines=score_baselines(training, tokenizer, texts),
        read_outs=read_outs,
        samples=samples,
    )
    return measured, sorted({source for source, _ in documents})


def main() -> None:
    args = arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    arrays = prepare(args)
    shape = Shape(**{name: getattr(args, name) for name, value in vars(Shape()).items() if isinstance(value, int)})
    budget = Budget(minutes=args.minutes, steps=args.steps, batch=args.batch, seed=args.seed)
    train(shape, budget, arrays["text"], arrays["touch"], arrays["held-out"], args.out, device)
    folder = args.out / "model"
    save_tokenizer(Tokenizer.from_file(str(args.out / "tokenizer" / "tokenizer.json")), folder, shape.context)
    model = load_model(folder)
    measured, sources = measure(args, arrays["text"], model)
    write_card(args.name, folder, args.out, model, sources, measured)
    print((folder / "README.md").read_text())


if __name__ == "__main__":
    main()
