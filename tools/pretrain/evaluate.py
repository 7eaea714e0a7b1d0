"""Held-out loss per token and bits per byte, of a model and of the baselines, and samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from model import Llama
from tokens import BOS_ID


@dataclass(frozen=True)
class Score:
    nats: float
    tokens: int
    bytes: int

    @property
    def per_token(self) -> float:
        return self.nats / self.tokens

    @property
    def bits_per_byte(self) -> float:
        return self.nats / math.log(2) / self.bytes


def score_windows(ids: list[int], context: int) -> list[tuple[list[int], int]]:
    """
    Windows of at most `context` tokens and how many of each one's last tokens are scored; every
    token once.

    All windows begin with <|bos|>. From the second on, half of a window is context only.
    """
    result = [(ids[:context], len(ids[:context]) - 1)]
    half = context // 2
    for start in range(context, len(ids), half):
        fresh = ids[start : start + half]
        result.append(([BOS_ID, *ids[start - (half - 1) : start], *fresh], len(fresh)))
    return result


@torch.no_grad()
def score_model(model: Llama, tokenizer: Tokenizer, texts: list[str]) -> Score:
    device = next(model.parameters()).device
    windows = [window for text in texts for window in score_windows(tokenizer.encode(text).ids, model.shape.context)]
    windows.sort(key=lambda window: len(window[0]))
    nats, count = 0.0, 0
    for start in range(0, len(windows), 32):
        part = windows[start : start + 32]
        length = max(len(ids) for ids, _ in part)
        rows = torch.tensor([ids + [0] * (length - len(ids)) for ids, _ in part], device=device)
        losses = F.cross_entropy(model(rows[:, :-1]).transpose(1, 2), rows[:, 1:], reduction="none")
        for loss, (ids, scored) in zip(losses, part):
            nats += loss[len(ids) - 1 - scored : len(ids) - 1].double().sum().item()
            count += scored
    return Score(nats, count, sum(len(text.encode()) for text in texts))


class NGrams:
    """
    Interpolated Kneser-Ney n-grams of tokens (Kneser & Ney 1995; Chen & Goodman 1999), discount
    0.75.
    """

    discount = 0.75

    def __init__(self, tokens: np.ndarray, vocabulary: int, order: int):
        self.vocabulary = vocabulary
        stream = tokens.astype(np.int64)
        rank = np.zeros(len(stream) + 1, dtype=np.int64)  # the empty context
        self.keys: list[np.ndarray] = []
        self.counts: list[np.ndarray] = []
        for n in range(1, order + 1):
            key = rank[: len(stream) - n + 1] * vocabulary + stream[n - 1 :]
            unique, first, inverse, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
            if n > 1:  # the order below counts in how many contexts an n-gram is continued, not how often
                self.counts[-1] = np.bincount(rank[first + 1], minlength=len(self.keys[-1]))
            self.keys.append(unique)
            self.counts.append(count)
            rank = inverse
        contexts = [keys // vocabulary for keys in self.keys]
        sizes = [1, *(len(keys) for keys in self.keys[:-1])]
        self.totals = [
            np.bincount(where, weights=count, minlength=size)
            for where, count, size in zip(contexts, self.counts, sizes)
        ]
        self.kinds = [np.bincount(where, minlength=size) for where, size in zip(contexts, sizes)]

    def probability(self, ids: np.ndarray) -> np.ndarray:
        """Probability of each token but the first, given up to order - 1 tokens before it."""
        ids = ids.astype(np.int64)
        result = np.full(len(ids), 1 / self.vocabulary)
        rank = np.zeros(len(ids), dtype=np.int64)  # the n-1 tokens before each position; -1 was never seen
        for n, (keys, counts, totals, kinds) in enumerate(zip(self.keys, self.counts, self.totals, self.kinds), 1):
            key = np.where(rank >= 0, rank * self.vocabulary + ids, -1)
            place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            found = keys[place] == key
            total = np.where(rank >= 0, totals[rank], 0)
            known = total > 0
            count = np.where(found, counts[place], 0)
            own = np.maximum(count - self.discount, 0) / np.maximum(total, 1)
            weight = self.discount * np.where(known, kinds[rank], 0) / np.maximum(total, 1)
            result = np.where(known, own + weight * result, result)
            here = np.where(found, place, -1)
            rank = np.concatenate([[-1], here[:-1]])
        return result[1:]


def score_baselines(training: np.ndarray, tokenizer: Tokenizer, texts: list[str]) -> dict[str, Score]:
    vocabulary = tokenizer.get_vocab_size()
    frequencies = np.bincount(training, minlength=vocabulary) + 1.0
    frequencies[BOS_ID] = 1.0  # never a target
    unigram = np.log(frequencies / frequencies.sum())
    documents = [np.array(tokenizer.encode(text).ids) for text in texts]
    grams = NGrams(training, vocabulary, 5)
    count = sum(len(ids) - 1 for ids in documents)
    size = sum(len(text.encode()) for text in texts)
    return {
        "unigram": Score(-sum(unigram[ids[1:]].sum() for ids in documents), count, size),
        "5-gram (Kneser-Ney)": Score(-sum(np.log(grams.probability(ids)).sum() for ids in documents), count, size),
    }


@torch.no_grad()
def sample(model: Llama, tokenizer: Tokenizer, prompt: str, length: int, temperature: float, seed: int) -> str:
    """
    The prompt continued; temperature 0 takes the likeliest token, above it the likeliest 90 % are
    drawn from.
    """
    generator = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    ids = tokenizer.encode(prompt).ids
    for _ in range(length):
        logits = model(torch.tensor([ids[-model.shape.context :]], device=device))[0, -1].float().cpu()
        if temperature == 0:
            choice = int(logits.argmax())
        else:
            values, order = torch.softmax(logits / temperature, 0).sort(descending=True)
            kept = values * ((values.cumsum(0) - values) < 0.9)
            choice = int(order[torch.multinomial(kept, 1, generator=generator)])
        if choice == BOS_ID:
            break
        ids.append(choice)
    return tokenizer.decode(ids, skip_special_tokens=True)
