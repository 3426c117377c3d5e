"""Reads the corpus: the labelled sentences from which a model learns."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from models.labels import Label

CORPUS = Path(__file__).parent / "corpus"


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled sentence; `how` says how it was written, `read` how often its label was given blind."""

    id: str
    text: str
    label: Label
    how: Literal["free", "counterpart"]
    read: int
    topic: str | None = None
    register: str | None = None


def files(corpus: Path = CORPUS) -> list[Path]:
    """The corpus files in an order that does not depend on the machine."""
    return sorted(corpus.glob("*.jsonl"))


def read(paths: Iterable[Path]) -> list[Sentence]:
    """Every sentence of the files, sorted by id, so that training does not depend on the order of lines or files."""
    sentences = [sentence for path in paths for sentence in _read_file(path)]
    return sorted(sentences, key=lambda sentence: sentence.id)


def digest(sentences: Iterable[Sentence]) -> str:
    """The SHA-256 of what a model learns from: ids, labels and texts."""
    lines = (f"{sentence.id}\t{sentence.label}\t{sentence.text}\n" for sentence in sentences)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _read_file(path: Path) -> list[Sentence]:
    return [msgspec.json.decode(line, type=Sentence) for line in path.read_bytes().splitlines() if line.strip()]
