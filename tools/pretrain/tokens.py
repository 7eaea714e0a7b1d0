"""Trains the byte-level BPE tokenizer and turns documents into one array of uint16 tokens."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

PAD, BOS, EOS = "<|pad|>", "<|bos|>", "<|eos|>"
BOS_ID = 1
MOST_VOCABULARY = 65_536  # tokens are stored as uint16


def train_tokenizer(texts: list[str], vocabulary: int) -> Tokenizer:
    """A byte-level BPE tokenizer that puts <|bos|> before every text."""
    if vocabulary > MOST_VOCABULARY:
        raise SystemExit(f"--vocabulary {vocabulary}: at most {MOST_VOCABULARY}, since tokens are stored in two bytes.")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=[PAD, BOS, EOS],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A $B", special_tokens=[(BOS, BOS_ID)]
    )
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path, context: int) -> None:
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BOS,
        "eos_token": EOS,
        "pad_token": PAD,
        "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def encode(tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    """Every text's tokens one after another, each beginning with <|bos|>."""
    parts: list[np.ndarray] = []
    for start in range(0, len(texts), 2000):
        parts += [np.array(item.ids, dtype=np.uint16) for item in tokenizer.encode_batch(texts[start : start + 2000])]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint16)
