"""
Linear read-out of a model's mean final state on a labelled CSV: what a head alone can learn on it.

python read_out.py MODEL_FOLDER TRAIN.csv TEST.csv
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from corpus import read_rows
from model import Llama, load_model


@torch.no_grad()
def mean_states(model: Llama, tokenizer: Tokenizer, texts: list[str]) -> torch.Tensor:
    rows = [tokenizer.encode(text).ids[: model.shape.context] for text in texts]
    result = torch.zeros(len(rows), model.shape.hidden)
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    for start in range(0, len(order), 64):
        part = order[start : start + 64]
        length = max(len(rows[index]) for index in part)
        ids = torch.tensor([rows[index] + [0] * (length - len(rows[index])) for index in part])
        states = model.states(ids)
        for index, state in zip(part, states):
            result[index] = state[1 : len(rows[index])].mean(0)
    return result


def read_out(model: Llama, tokenizer: Tokenizer, train: Path, test: Path, most: int = 6000) -> float:
    """
    Accuracy on `test` of logistic regression on the first `most` rows of `train` (L2 0.001,
    standardised states).
    """
    train_rows, test_rows = read_rows(train)[:most], read_rows(test)
    labels = sorted({row["label"] for row in train_rows})
    x, other = (mean_states(model, tokenizer, [row["text"] for row in rows]) for rows in (train_rows, test_rows))
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    x, other = (x - mean) / deviation, (other - mean) / deviation
    y, truth = (torch.tensor([labels.index(row["label"]) for row in rows]) for rows in (train_rows, test_rows))
    head = torch.nn.Linear(x.shape[1], len(labels))
    torch.nn.init.zeros_(head.weight)
    optimiser = torch.optim.LBFGS(head.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = F.cross_entropy(head(x), y) + 0.001 * head.weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return (head(other).argmax(1) == truth).float().mean().item()


def main() -> None:
    folder, train, test = (Path(value) for value in sys.argv[1:4])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    print(f"{folder}: {train.name} -> {test.name}: {read_out(load_model(folder), tokenizer, train, test):.4f}")


if __name__ == "__main__":
    main()
