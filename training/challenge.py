"""Minimal pairs that differ in what makes a sentence a denial, a clarification, a claim or none of them."""

from pathlib import Path

import msgspec
import numpy as np
from sklearn.metrics import f1_score

from models.labels import LABELS, Label
from models.readers import Reader

FILE = Path(__file__).parent / "challenge.jsonl"


class Item(msgspec.Struct, frozen=True):
    """One sentence of a pair; `rule` names what is tested."""

    pair: int
    text: str
    label: Label
    rule: str


def read(file: Path = FILE) -> list[Item]:
    """The whole set, in order."""
    return [msgspec.json.decode(line, type=Item) for line in file.read_bytes().splitlines() if line.strip()]


def macro_f1(reader: Reader, items: list[Item]) -> float:
    """The mean of the four labels' F1 on the set."""
    best = reader.predict_proba([item.text for item in items]).argmax(axis=1)
    names = np.array([str(item.label) for item in items])
    return float(f1_score(names, reader.classes_[best], labels=[str(label) for label in LABELS], average="macro"))
