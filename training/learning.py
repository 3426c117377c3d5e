"""How much more sentences bring: macro F1 of readers that were shown a part of the corpus."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from models.first_reader import FirstReader
from models.labels import LABELS
from training.cross_validation import fitted
from training.sentences import Sentence

Curve = Sequence[tuple[int, float]]

SHARES = (8, 4, 2, 1)  # of what is not held out, one sentence in so many
FIRST = "first reader, on a held-out fifth of the corpus"


def first_curve(sentences: Sequence[Sentence], fold: NDArray[np.int64], build: Callable[[], FirstReader]) -> Curve:
    """Train on growing parts of four folds, and measure on the fifth."""
    shown = [sentence for sentence, number in zip(sentences, fold.tolist(), strict=True) if number]
    held = [sentence for sentence, number in zip(sentences, fold.tolist(), strict=True) if not number]
    return [(len(shown[::share]), _macro_f1(fitted(build(), shown[::share]), held)) for share in SHARES]


def _macro_f1(reader: FirstReader, held: Sequence[Sentence]) -> float:
    best = reader.predict([sentence.text for sentence in held])
    truth = [str(sentence.label) for sentence in held]
    return float(f1_score(truth, best, labels=[str(label) for label in LABELS], average="macro"))
