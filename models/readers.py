"""Both readers as one: the first reads every sentence, the second is asked where the first is in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.labels import LABELS, Label

JUDGEMENT_FILE = "judgement.json"
# No reader is surer than this: a 0 has no logarithm, and one reader's certainty would silence the other.
SUREST = 1e-4
RARE = [LABELS.index(Label.DENIAL), LABELS.index(Label.CLARIFICATION)]

Scores = NDArray[np.float64]


class Reader(Protocol):
    """Anything that gives each of n texts a probability per class, as scikit-learn's classifiers do."""

    classes_: NDArray[np.str_]

    def predict_proba(self, texts: Sequence[str]) -> Scores:
        """Probabilities of shape (n, 4), columns in the order of `classes_`."""


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
    """How much each reader's word counts: `alone` for the first by itself, `together` where both have read.

    `gate` is the doubt of the first above which the second is asked, unless somebody wants more speed or more care.
    """

    alone: Weighing
    together: Weighing
    gate: float = 1.0


@dataclass(frozen=True)
class Reading:
    """What each reader made of n texts; `second` has a row for each text that `asked` marks, and for no other."""

    first: Scores
    asked: NDArray[np.bool_]
    second: Scores
    scores: Scores


class Readers:
    """A classifier of two readers; the second is asked where the first's doubt is above `gate`.

    A `gate` of 0 asks it about every sentence, one of 1 about none. Without a second reader the first is only
    calibrated.
    """

    def __init__(self, first: Reader, second: Reader | None, judgement: Judgement, gate: float) -> None:
        self.first, self.second, self.judgement, self.gate = first, second, judgement, gate
        self.classes_ = np.array(LABELS, dtype=np.str_)

    def at(self, gate: float) -> "Readers":
        """The same readers, with another gate between them."""
        return Readers(self.first, self.second, self.judgement, gate)

    def predict_proba(self, texts: Sequence[str]) -> Scores:
        """Calibrated probabilities of shape (n, 4), columns in the order of `LABELS`."""
        return self.read(texts).scores

    def read(self, texts: Sequence[str]) -> Reading:
        """Let the first reader read every text, and the second those that the first is in doubt about."""
        first = _in_order(self.first, texts)
        scores = self.judgement.alone.probabilities(first)
        if self.second is None:
            return Reading(first, np.zeros(len(texts), np.bool_), np.empty((0, len(LABELS))), scores)
        asked = doubt(scores) > self.gate
        second = _in_order(self.second, [text for text, ask in zip(texts, asked, strict=True) if ask])
        scores[asked] = self.judgement.together.probabilities(first[asked], second)
        return Reading(first, asked, second, scores)


def doubt(scores: Scores) -> NDArray[np.float64]:
    """How much a second opinion is worth, between 0 and 1, by the first reader's calibrated scores.

    It is what the best label lacks to certainty, and half the probability of a denial or a clarification: these are
    rare, so that even a reader that is sure of one is often wrong.
    """
    unsure: NDArray[np.float64] = 1 - scores.max(axis=1) + scores[:, RARE].sum(axis=1) / 2
    return unsure


def judgement(
    first: Scores, second: Scores, labels: Sequence[Label], weights: NDArray[np.float64], gate: float = 1.0
) -> Judgement:
    """Fit how much each reader's word counts.

    `first` and `second` are probabilities of shape (n, 4) by readers that had not seen the sentences, `weights` how
    much each sentence counts.
    """
    return Judgement(
        _weighing(_logarithms(first), labels, weights), _weighing(_logarithms(first, second), labels, weights), gate
    )


def towards_nature(labels: Sequence[Label], natural: Mapping[Label, float], pull: float) -> NDArray[np.float64]:
    """Weights that make a corpus rich in rare labels count more like the stream of news; their mean is 1.

    `natural` is the share of each label in the stream. A `pull` of 1 weighs all the way to it, 0 leaves the corpus as
    it is.
    """
    number = np.array([LABELS.index(label) for label in labels])
    share = np.bincount(number, minlength=len(LABELS)) / len(number)
    weights = (np.array([natural[label] for label in LABELS]) / share) ** pull
    each: NDArray[np.float64] = weights[number] / weights[number].mean()
    return each


def _weighing(logarithms: Scores, labels: Sequence[Label], weights: NDArray[np.float64]) -> Weighing:
    regression = LogisticRegression(max_iter=2000).fit(logarithms, np.array(labels, dtype=np.str_), weights)
    rows = [regression.classes_.tolist().index(label) for label in LABELS]
    coefficients, intercepts = regression.coef_[rows].tolist(), regression.intercept_[rows].tolist()
    return Weighing(tuple(map(tuple, coefficients)), tuple(intercepts))


def _in_order(reader: Reader, texts: Sequence[str]) -> Scores:
    if not texts:
        return np.empty((0, len(LABELS)))
    columns = [reader.classes_.tolist().index(label) for label in LABELS]
    ordered: Scores = reader.predict_proba(texts)[:, columns]
    return ordered


def _logarithms(*readings: Scores) -> Scores:
    logarithms: Scores = np.log(np.maximum(np.hstack(readings), SUREST))
    return logarithms
