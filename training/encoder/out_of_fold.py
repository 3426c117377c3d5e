"""What encoders made of sentences that they had not been shown, kept so that both readers can be weighed by it."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from models.labels import LABELS
from training.sentences import Sentence

FILE = Path(__file__).with_name("out_of_fold.csv")

Scores = NDArray[np.float64]


def read(path: Path = FILE) -> dict[str, Scores]:
    """The probabilities of each sentence's id, in the order of `LABELS`."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row["id"]: np.array([float(row[label]) for label in LABELS]) for row in csv.DictReader(file)}


def write(ids: Sequence[str], scores: NDArray[np.floating], path: Path = FILE) -> None:
    """Write a row per sentence; five digits, of which the last matters to nobody."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["id", *LABELS])
        rows.writerows([name, *(f"{score:.5f}" for score in row)] for name, row in zip(ids, scores, strict=True))


def macro_f1(sentences: Sequence[Sentence], scores: Mapping[str, Scores]) -> float:
    """The mean of the labels' F1 on these sentences, by the best label of each."""
    truth = [sentence.label for sentence in sentences]
    best = [LABELS[scores[sentence.id].argmax()] for sentence in sentences]
    return float(f1_score(truth, best, labels=list(LABELS), average="macro", zero_division=0.0))
