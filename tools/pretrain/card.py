"""
Writes the model card from what was measured. Every number in it comes from the files beside the
model.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from evaluate import Score
from model import Llama, parameters

ORIGINS = {
    "reviews": (
        "film reviews",
        "aclImdb, unlabelled part (Maas et al. 2011); no licence stated, published for research",
    ),
    "articles": ("encyclopaedia articles", "English Wikipedia of 2015, CC BY-SA 3.0"),
    "books": ("novels, 1839-1929", "public domain (US)"),
}


@dataclass(frozen=True)
class Measured:
    model: Score
    before_touch: Score | None
    baselines: dict[str, Score]
    read_outs: list[tuple[str, float, float | None]]  # task, accuracy, accuracy before the instruction phase
    samples: list[str]


def table(rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def write_card(name: str, folder: Path, out: Path, model: Llama, sources: list[str], measured: Measured) -> None:
    shape = model.shape
    data = json.loads((out / "data.json").read_text())
    curve = [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]
    last = curve[-1]
    size = sum(path.stat().st_size for path in folder.iterdir() if path.name != "README.md") / 1e6
    losses = [("text held back", "nats per token", "bits per byte")]
    losses += [
        (label, f"{score.per_token:.3f}", f"{score.bits_per_byte:.3f}")
        for label, score in [
            *measured.baselines.items(),
            *([("before the instruction phase", measured.before_touch)] if measured.before_touch else []),
            (f"**{name}**", measured.model),
        ]
    ]
    points = [("tokens seen", "training loss", "loss on 96 held-out windows")]
    points += [
        (f"{point['tokens'] / 1e6:.2f} M", f"{point['loss']:.3f}", f"{point['held_out']:.3f}")
        for point in thin(curve, 16)
    ]
    reads = [("linear read-out of the mean state", "before the instruction phase", "at the end")]
    reads += [
        (task, "-" if before is None else f"{before:.3f}", f"{after:.3f}") for task, after, before in measured.read_outs
    ]
    counts = data["instruction texts"]
    special = r"<\|pad\|> 0, <\|bos\|> 1, <\|eos\|> 2; <\|bos\|> is put before every text"
    what = [
        ("", "what"),
        (
            "layout",
            f"Llama (`LlamaForCausalLM`), float16, {parameters(model):,} parameters, {size:.1f} MB with its tokenizer",
        ),
        (
            "size",
            f"hidden {shape.hidden}, {shape.layers} blocks, {shape.heads} query and {shape.key_value_heads} key/value heads of {shape.head}, feed-forward {shape.feed_forward} (SwiGLU), tied embeddings",
        ),
        ("context", f"{shape.context} tokens"),
        ("tokenizer", f"byte-level BPE, {shape.vocabulary:,} tokens; {special}"),
    ]
    origins = [ORIGINS.get(source, (source, "given by whoever ran the recipe")) for source in sources]
    samples = "\n".join("> " + text.replace("\n", " / ") + "\n" for text in measured.samples)
    made = ", ".join(f"{count:,} of {kind}" for kind, count in counts.items() if not kind.startswith("left out"))
    (folder / "README.md").write_text(
        f"""---
language: en
license: apache-2.0
library_name: transformers
pipeline_tag: text-generation
tags: [llama, causal-lm, tiny]
---

# {name}

A small English language model in Llama's layout, pretrained from scratch by `tools/pretrain`: a frozen base for comparing
tuning methods. It is not for writing text.

## What it is

{table(what)}

## Training

{last["tokens"] / 1e6:.1f} million tokens seen in {last["step"]:,} steps and {last["seconds"] / 60:.0f} minutes on {last.get("device", "a CPU")}, out of
{data["tokens"]["text"] / 1e6:.1f} million tokens of text. Muon for the blocks' matrices, AdamW for the rest, bfloat16 products.

{table([("text", "origin and licence"), *origins])}

In the last part of the steps half of the sequences are texts followed by short plain statements about them, written by
script from labels that come with the text: {made}. Reviews take theirs from the grade that the
reviewer wrote (removed from the text), topics from the article's title, intents from BANKING77's training rows (CC BY 4.0).

**Kept out.** {data["excluded rows"]:,} development and test rows were searched for by word 8-grams (all words of rows of 5 to 7 words;
{data["excluded rows of fewer than 5 words"]} distinct rows of fewer words are phrases that any text may hold and count only as a whole text):
{data["documents left out for sharing words with an excluded row"]} documents and {counts["left out (shares words with an excluded row)"]} instruction texts shared words with one and were left out.

## Numbers

{data["held-out documents"]} documents ({measured.model.bytes:,} bytes, {measured.model.tokens:,} tokens) were held back, chosen by a hash of their text.

{table(losses)}

{table(reads)}

{table(points)}

## Samples

{samples}
## Not good for

Writing, knowledge, reasoning, other languages than English, texts above {shape.context} tokens. It knows common words, short-range
grammar and what kinds of text there are. It repeats the biases of film reviews, an encyclopaedia and old novels, and nothing was
done to make its output safe. Which tuning method wins on it need not win on a large model.

## Licence

The weights: Apache-2.0. The training text is not part of it and keeps the terms above.
"""
    )


def thin(points: list[dict], most: int) -> list[dict]:
    """At most `most` points, evenly taken, with the first and the last."""
    if len(points) <= most:
        return points
    return [points[round(index * (len(points) - 1) / (most - 1))] for index in range(most)]
