"""Counts the corpus and measures how far its readings agree, for the check and for the corpus README."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from models.labels import LABELS, Label
from training.sentences import Sentence, digest

# A model finds denials and clarifications by these words alone; those that do without teach it the rest.
EXPECTED_WORDS: dict[Label, re.Pattern[str]] = {
    Label.DENIAL: re.compile(r"\b(?:den(?:y|ie|ial)|reject|fals)", re.IGNORECASE),
    Label.CLARIFICATION: re.compile(r"clarif|correct|misspoke|misspeak", re.IGNORECASE),
}
Row: TypeAlias = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What two blind readers made of a sentence, and why it was given to the second one."""

    id: str
    chosen: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readings agree: the share of equal labels and Cohen's kappa, overall and label against the rest."""

    sentences: int
    same: float
    kappa: float
    kappa_of: dict[Label, float]


def read_readings(path: Path) -> list[Reading]:
    """Every sentence that was read twice blind, with those that were dropped afterwards."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [Reading(*row[:4]) for row in rows]


def agreement(readings: Sequence[Reading]) -> Agreement:
    """The agreement of the first reading with the second; a reader who was unsure agrees with nobody who was not."""
    first, second = [r.first for r in readings], [r.second for r in readings]
    kappa_of = {label: _kappa([x == label for x in first], [x == label for x in second]) for label in LABELS}
    return Agreement(len(readings), _same(first, second), _kappa(first, second), kappa_of)


def _same(first: Sequence[str | bool], second: Sequence[str | bool]) -> float:
    return sum(one == other for one, other in zip(first, second, strict=True)) / len(first)


def _kappa(first: Sequence[str | bool], second: Sequence[str | bool]) -> float:
    """Cohen's kappa (Cohen 1960); not a number where both readers gave one and the same label throughout."""
    given, given_again = Counter(first), Counter(second)
    chance = sum(given[label] * given_again[label] for label in given) / len(first) ** 2
    return (_same(first, second) - chance) / (1 - chance) if chance < 1 else math.nan


def without_expected_words(sentences: Iterable[Sentence], label: Label) -> int:
    """How many sentences of a label have none of the words that give it away."""
    return sum(not EXPECTED_WORDS[label].search(s.text) for s in sentences if s.label == label)


def markdown(sentences: Sequence[Sentence], readings: Sequence[Reading]) -> str:
    """The counts as the corpus README shows them."""
    parts = (
        f"{len(sentences):,} sentences; SHA-256 of ids, labels and texts `{digest(sentences)}`.",
        _by_label(sentences),
        _by_register(sentences),
        _agreements(readings),
    )
    return "\n\n".join(parts)


def _by_label(sentences: Sequence[Sentence]) -> str:
    heads = ("label", "sentences", "counterpart", "free", "without the expected words")
    reads = ("read once", "twice", "three times or more")
    rows: list[Row] = []
    for label in (*LABELS, None):  # none stands for all
        own = [s for s in sentences if label in (None, s.label)]
        how, read = Counter(s.how for s in own), Counter(min(s.read, 3) for s in own)
        bare: str | int = without_expected_words(own, label) if label in EXPECTED_WORDS else ""
        row: Row = (label or "all", len(own), how["counterpart"], how["free"], bare, read[1], read[2], read[3])
        rows.append(row)
    return _table((*heads, *reads), rows)


def _by_register(sentences: Sequence[Sentence]) -> str:
    count = Counter((s.register or "not recorded", s.label) for s in sentences)
    size = Counter(s.register or "not recorded" for s in sentences)
    rows: list[Row] = [(name, *(count[name, label] for label in LABELS), total) for name, total in size.most_common()]
    return _table(("register", *LABELS, "all"), rows)


def _agreements(readings: Sequence[Reading]) -> str:
    rows: list[Row] = []
    for chosen in dict.fromkeys(r.chosen for r in readings):
        found = agreement([r for r in readings if r.chosen == chosen])
        kappas = (f"{found.kappa_of[label]:.3f}" for label in LABELS)
        rows.append((chosen, found.sentences, f"{found.same:.1%}", f"{found.kappa:.3f}", *kappas))
    heads = ("read twice", "sentences", "same label", "kappa", *(f"kappa of {label}" for label in LABELS))
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Iterable[Row]) -> str:
    rule = "|---|" + "---:|" * (len(heads) - 1)
    return "\n".join((_line(heads), rule, *map(_line, rows)))


def _line(row: Row) -> str:
    return "| " + " | ".join(map(_cell, row)) + " |"


def _cell(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
