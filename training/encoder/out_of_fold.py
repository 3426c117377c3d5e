"""What encoders made of sentences that they had not been shown, kept so that both readers can be weighed by it."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from models.errors import ClaimwireError
from models.labels import LABELS
from training.sentences import Sentence

FILE = Path(__file__).with_name("out_of_fold.csv")
ENCODER_KEY = "sha256"
ENCODER = Path(__file__).with_name("encoder.json")
"""Names the encoder that was trained in the same way as those that were cross-validated, by its hash."""

Scores = NDArray[np.float64]


class OtherEncoderError(ClaimwireError):
    """An encoder is to be weighed by what encoders of another training made of the corpus."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The encoder in {folder} is not the one that {FILE.name} was made with. Name the folder of that one with "
            "--encoder, or train anew with `make train-encoder`."
        )
        self.folder = folder


def check(encoder: bytes, folder: Path, named: Path = ENCODER) -> None:
    """Raise OtherEncoderError unless the encoder of this folder is the one that the scores go with."""
    if json.loads(named.read_text(encoding="utf-8"))[ENCODER_KEY] != hashlib.sha256(encoder).hexdigest():
        raise OtherEncoderError(folder)


def read(sentences: Sequence[Sentence], path: Path = FILE) -> dict[str, Scores]:
    """The probabilities of each sentence's id, in the order of `LABELS`.

    A sentence that is not there, or whose text has changed since, has none.
    """
    texts = {sentence.id: _fingerprint(sentence.text) for sentence in sentences}
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["id"]: np.array([float(row[label]) for label in LABELS])
            for row in csv.DictReader(file)
            if texts.get(row["id"]) == row["text"]
        }


def write(sentences: Sequence[Sentence], scores: NDArray[np.floating], path: Path = FILE) -> None:
    """Write a row per sentence; five digits, of which the last matters to nobody."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["id", "text", *LABELS])
        for sentence, row in zip(sentences, scores, strict=True):
            rows.writerow([sentence.id, _fingerprint(sentence.text), *(f"{score:.5f}" for score in row)])


def name_encoder(encoder: bytes, into: Path = ENCODER) -> None:
    """Remember which encoder the scores go with."""
    into.write_text(json.dumps({ENCODER_KEY: hashlib.sha256(encoder).hexdigest()}) + "\n", encoding="utf-8")


def _fingerprint(text: str) -> str:
    """Enough of a text's hash to notice that it was reworded."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def macro_f1(sentences: Sequence[Sentence], scores: Mapping[str, Scores]) -> float:
    """The mean of the labels' F1 on these sentences, by the best label of each."""
    truth = [sentence.label for sentence in sentences]
    best = [LABELS[scores[sentence.id].argmax()] for sentence in sentences]
    return float(f1_score(truth, best, labels=list(LABELS), average="macro", zero_division=0.0))
