"""Reads the pretraining text into documents and keeps some of them back for validation.

Not for labelled statements: instructions.py makes those.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import zstandard

HELD_OUT_OF_1000 = 4
BOOK_PART = 20_000  # characters; books follow one another without a mark, so they are cut into parts


@dataclass(frozen=True)
class Document:
    source: str  # "reviews", "articles" or "books"
    text: str

    @property
    def held_out(self) -> bool:
        """
        Whether the document is for validation only. Decided by its text, so every run decides
        alike.
        """
        digest = hashlib.sha256(self.text.encode()).digest()
        return int.from_bytes(digest[:4], "big") % 1000 < HELD_OUT_OF_1000


SOURCES = {"imdb": "reviews", "wiki": "articles", "novels": "books"}


def read_documents(folder: Path) -> list[Document]:
    """
    Documents of every *.txt and *.txt.zst file in a folder; a file's name says what it holds (see
    SOURCES).
    """
    documents: list[Document] = []
    for path in sorted(folder.iterdir()):
        if not path.name.endswith((".txt", ".txt.zst")):
            continue
        source = next((kind for name, kind in SOURCES.items() if path.name.startswith(name)), path.name.split(".")[0])
        parts = re.split(r"\n\s*\n", read_text(path).replace("\ufeff", ""))
        if source == "books":
            parts = join_paragraphs(parts)
        documents += [Document(source, part.strip()) for part in parts if len(part.strip()) >= 100]
    if not documents:
        raise SystemExit(
            f"{folder}: no .txt or .txt.zst file with text in it. Give the folder with the text as --text."
        )
    return documents


def read_text(path: Path) -> str:
    with path.open("rb") as file:
        if path.suffix == ".zst":
            with zstandard.ZstdDecompressor().stream_reader(file) as stream:
                return io.TextIOWrapper(stream, encoding="utf-8").read()
        return file.read().decode("utf-8")


def join_paragraphs(paragraphs: list[str]) -> list[str]:
    """
    Paragraphs of books joined to parts of about BOOK_PART characters; hard line ends become spaces.
    """
    parts: list[str] = []
    current: list[str] = []
    length = 0
    for paragraph in paragraphs:
        line = " ".join(paragraph.split())
        if not line:
            continue
        current.append(line)
        length += len(line)
        if length >= BOOK_PART:
            parts.append("\n".join(current))
            current, length = [], 0
    return parts + ["\n".join(current)]


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", text.lower()))


class Excluded:
    """
    Rows that must be in no training data, and the search for them by word n-grams.

    A text shares a row when it holds `n` consecutive words of it (rows of 5 to n-1 words: all of
    them). Rows of fewer than 5 words are phrases that any text may hold; they count only when they
    are the whole text.
    """

    n = 8
    least = 5

    def __init__(self, files: list[Path]):
        self.rows = 0
        self.short: set[tuple[str, ...]] = set()
        self.grams: dict[int, set[tuple[str, ...]]] = {}
        for path in files:
            for row in read_rows(path):
                self.rows += 1
                text = words(row["text"])
                if len(text) < self.least:
                    self.short.add(text)
                    continue
                size = min(self.n, len(text))
                grams = self.grams.setdefault(size, set())
                grams.update(text[i : i + size] for i in range(len(text) - size + 1))

    def shares(self, text: str) -> bool:
        line = words(text)
        if line in self.short:
            return True
        return any(
            line[i : i + size] in grams for size, grams in self.grams.items() for i in range(len(line) - size + 1)
        )


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and "text" not in rows[0]:
        raise SystemExit(f"{path}: has no column `text` (columns: {', '.join(rows[0])}).")
    return rows
