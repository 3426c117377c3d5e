"""Both readers as one: the first reads every sentence, the second is asked where the first is in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.labels import LABELS, Label

JUDGEMENT_FILE = "judgement.json"
# No reader is surer than this: a 0 has no logarithm, and one reader's certainty would silence the other.
SUREST = 1e-4

Scores = NDArray[np.float64]


class Reader(Protocol):
    """Anything that gives each of n texts a probability per class, as scikit-learn's classifiers do."""

    classes_: NDArray[np.str_]

    def predict_proba(self, texts: Sequence[str]) -> Scores: ...


class Weighing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A multinomial logistic regression on log-probabilities, as plain numbers.

    `coefficients` has a row per label and a column per log-probability, `intercepts` a number per label.
    """

    coefficients: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]

    def probabilities(self, *readings: Scores) -> Scores:
        """Calibrated probabilities of shape (n, 4) from one reader's probabilities of that shape, or from two."""
        logits = _logarithms(*readings) @ np.array(self.coefficients).T + np.array(self.intercepts)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        calibrated: Scores = powers / powers.sum(axis=1, keepdims=True)
        return calibrated


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the second reader is asked, and how much each reader's word counts.

    The second reader is asked where the first, calibrated by `alone`, gives its best label less than `gate`; then
    `together` weighs both.
    """

    gate: float
    alone: Weighing
    together: Weighing


@dataclass(frozen=True)
class Reading:
    """What each reader made of n texts; `second` has a row for each text that `asked` marks, and for no other."""

    first: Scores
    asked: NDArray[np.bool_]
    second: Scores
    scores: Scores


class Readers:
    """A classifier of two readers; a Judgement says how they are combined."""

    def __init__(self, first: Reader, second: Reader, judgement: Judgement) -> None:
        self.first, self.second, self.judgement = first, second, judgement
        self.classes_ = np.array(LABELS, dtype=np.str_)

    def predict_proba(self, texts: Sequence[str]) -> Scores:
        """Calibrated probabilities of shape (n, 4), columns in the order of `LABELS`."""
        return self.read(texts).scores

    def read(self, texts: Sequence[str]) -> Reading:
        """Let the first reader read every text, and the second those that the first is in doubt about."""
        first = in_order(self.first, texts)
        scores = self.judgement.alone.probabilities(first)
        asked = scores.max(axis=1) < self.judgement.gate
        second = in_order(self.second, [texts[place] for place in np.flatnonzero(asked)])
        if asked.any():
            scores[asked] = self.judgement.together.probabilities(first[asked], second)
        return Reading(first, asked, second, scores)


def in_order(reader: Reader, texts: Sequence[str]) -> Scores:
    """A reader's probabilities with columns in the order of `LABELS`; of shape (0, 4) when there is nothing to read."""
    if not texts:
        return np.empty((0, len(LABELS)))
    columns = [reader.classes_.tolist().index(label) for label in LABELS]
    return reader.predict_proba(texts)[:, columns]


def _logarithms(*readings: Scores) -> Scores:
    return np.log(np.maximum(np.hstack(readings), SUREST))


__all__ = ["JUDGEMENT_FILE", "Judgement", "Label", "Reader", "Readers", "Reading", "Weighing"]
