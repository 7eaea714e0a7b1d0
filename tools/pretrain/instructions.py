"""
Texts followed by short plain statements about them, for the last phase of pretraining.

Every label is public and comes with the text: the grade a reviewer wrote into the review, an
article's title, the kind of text, and the intent names of a labelled file (`--intents`, rows of
banking questions). Nothing here is written by hand per row, and no row of SST-2, TREC or
tweet_emotion is used, neither for development nor for training.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

from corpus import Document, Excluded, read_rows

GRADE = re.compile(r"\(?\b(\d{1,2})(?:\.\d)?\s*(?:/|out of)\s*(?:10|ten)\b\)?[.!]*", re.IGNORECASE)
KINDS = {"reviews": "a film review", "articles": "an article from an encyclopaedia", "books": "a passage from a novel"}


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", " ".join(text.split())) if part]


def passage(text: str, rng: random.Random, most: int) -> str:
    """Some consecutive sentences from anywhere in a text."""
    parts = sentences(text)
    size = rng.randint(1, most)
    start = rng.randrange(max(1, len(parts) - size + 1))
    return " ".join(parts[start : start + size])


def with_task(rng: random.Random, task: str, text: str, statement: str) -> str:
    """Text and statement, with or without the task sentence before them."""
    return f"{task} {text}\n{statement}" if rng.random() < 0.5 else f"{text}\n{statement}"


def sentiment(document: Document, rng: random.Random) -> str | None:
    """
    A review's last sentences without the grade, followed by what the grade says; None without a
    clear grade.
    """
    grades = [int(match.group(1)) for match in GRADE.finditer(document.text)]
    if len(grades) != 1 or grades[0] > 10 or 4 < grades[0] < 7:
        return None
    text = " ".join(sentences(GRADE.sub(" ", document.text))[-rng.randint(1, 5) :])
    label = "positive" if grades[0] >= 7 else "negative"
    task = rng.choice(
        [
            "Classify the sentiment of the text as positive or negative.",
            "Is the sentiment of this review positive or negative?",
            "Decide whether the writer likes the film.",
        ]
    )
    statement = rng.choice(
        [
            f"The sentiment is {label}.",
            f"The review is {label}.",
            "The writer likes the film." if label == "positive" else "The writer does not like the film.",
        ]
    )
    return with_task(rng, task, text, statement)


def topic(document: Document, rng: random.Random) -> str | None:
    """An article's first sentences followed by its title."""
    title, _, body = document.text.partition("\n")
    if not body or len(title) > 60:
        return None
    text = " ".join(sentences(body)[: rng.randint(1, 3)])
    return with_task(rng, "Name the topic of the text.", text, f"The topic is {title}.")


def kind(document: Document, rng: random.Random) -> str | None:
    if document.source not in KINDS:
        return None
    task = "Classify the text as a film review, an article from an encyclopaedia or a passage from a novel."
    return with_task(rng, task, passage(document.text, rng, 3), f"The text is {KINDS[document.source]}.")


def intent(row: dict[str, str], rng: random.Random) -> str:
    label = row["label"].replace("_", " ").strip("?").lower()
    return with_task(
        rng, "Classify the intent of the customer's question.", row["text"].strip(), f"The question is about {label}."
    )


def make_instructions(
    documents: list[Document], intents: list[Path], excluded: Excluded, seed: int
) -> tuple[list[str], dict[str, int]]:
    """All instruction texts in random order, and how many of each kind were made and left out."""
    rng = random.Random(seed)
    made: list[tuple[str, str]] = []
    for document in documents:
        if document.source == "reviews" and (text := sentiment(document, rng)):
            made.append(("sentiment", text))
        if document.source == "articles" and (text := topic(document, rng)):
            made.append(("topic", text))
        if rng.random() < 0.1 and (text := kind(document, rng)):
            made.append(("kind of text", text))
    made += [("intent", intent(row, rng)) for path in intents for row in read_rows(path)]
    kept = [(name, text) for name, text in made if not any(excluded.shares(line) for line in [text, *text.split("\n")])]
    rng.shuffle(kept)
    counts = dict(Counter(name for name, _ in kept))
    counts["left out (shares words with an excluded row)"] = len(made) - len(kept)
    return [text for _, text in kept], counts
