"""How good a model is: what it gets right of sentences that it was not trained on, and how sure one can be of that."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve

from models.labels import LABELS, Label

RESAMPLES = 200  # another seed moves the ends of an interval by less than .01
SURE = 0.9  # precision at which recall is told: one false alarm in ten is what a desk bears
CALIBRATION_BINS = 15
SEED = 20261127
UNKNOWN = "unknown"  # the register of a sentence that was written before registers were noted

Floats = NDArray[np.float64]


class Evaluation(NamedTuple):
    """Sentences with their labels, and scores from models that were not trained on them.

    `truth` holds column numbers of `LABELS`, shape (n,); `scores` is of shape (n, 4); `weights` makes the mixture of
    labels what it is in natural news, shape (n,); `registers` says where each sentence would stand.
    """

    truth: NDArray[np.int64]
    scores: Floats
    weights: Floats
    registers: Sequence[str]

    @property
    def best(self) -> NDArray[np.int64]:
        """The column of each sentence's best label."""
        best: NDArray[np.int64] = self.scores.argmax(axis=1)
        return best

    def take(self, places: NDArray[np.intp]) -> "Evaluation":
        """These sentences alone; a place may come twice."""
        registers = [self.registers[place] for place in places]
        return Evaluation(self.truth[places], self.scores[places], self.weights[places], registers)


class Figure(NamedTuple):
    """A number and the interval in which 95 of 100 resampled numbers lie."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return "–" if np.isnan(self.value) else f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def evaluation(
    labels: Sequence[Label], scores: Floats, registers: Sequence[str | None], rates: Mapping[Label, float]
) -> Evaluation:
    """An evaluation whose weights turn the labels' shares into `rates`, their shares in natural news."""
    truth = np.array([LABELS.index(label) for label in labels])
    shares = np.bincount(truth, minlength=len(LABELS)) / len(truth)
    wanted = np.array([rates[label] for label in LABELS])
    weights = (wanted / np.maximum(shares, 1 / len(truth)))[truth]  # a label that nobody bears weighs nothing anyway
    return Evaluation(truth, scores, weights, [register or UNKNOWN for register in registers])


def interval(data: Evaluation, measure: Callable[[Evaluation], float]) -> Figure:
    """A measure with its bootstrap interval (Efron and Tibshirani 1993, percentile method).

    A measure that is no number here, as there is nothing to measure, has no interval either.
    """
    value = measure(data)
    if np.isnan(value):
        return Figure(value, value, value)
    random = np.random.default_rng(SEED)
    places = [random.integers(0, len(data.truth), len(data.truth)) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile([measure(data.take(chosen)) for chosen in places], [2.5, 97.5])
    return Figure(value, float(low), float(high))


def precision(data: Evaluation, column: int) -> float:
    """The share of sentences with this best label that bear it."""
    chosen = data.best == column
    return float((data.truth[chosen] == column).mean()) if chosen.any() else float("nan")


def recall(data: Evaluation, column: int) -> float:
    """The share of sentences that bear this label which have it as their best."""
    bearing = data.truth == column
    return float((data.best[bearing] == column).mean()) if bearing.any() else float("nan")


def f1(data: Evaluation, column: int) -> float:
    """The harmonic mean of precision and recall, from counts, so that it is 0 where nothing is right."""
    right = np.sum((data.truth == column) & (data.best == column))
    named = np.sum(data.truth == column) + np.sum(data.best == column)
    return float(2 * right / named) if named else float("nan")


def macro_f1(data: Evaluation) -> float:
    """The mean of the four labels' F1."""
    return float(np.nanmean([f1(data, column) for column in range(len(LABELS))]))


def average_precision(data: Evaluation, column: int) -> float:
    """The area under the curve of precision over recall, by steps."""
    bearing = data.truth == column
    return float(average_precision_score(bearing, data.scores[:, column])) if bearing.any() else float("nan")


def recall_at_precision(data: Evaluation, column: int, at_least: float) -> float:
    """The highest recall that keeps a precision."""
    bearing = data.truth == column
    if not bearing.any():
        return float("nan")
    precisions, recalls, _ = precision_recall_curve(bearing, data.scores[:, column])
    return float(max(recalls[precisions >= at_least], default=0.0))


def calibration_error(data: Evaluation) -> float:
    """Mean distance between confidence and being right over equal bins of confidence (Naeini et al. 2015)."""
    confidence = data.scores.max(axis=1)
    right = data.best == data.truth
    bins = calibration_bins(confidence)
    gaps = [
        abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())
    ]
    return float(sum(gaps))


def calibration_bins(confidence: Floats) -> NDArray[np.int64]:
    """The number of the bin, of `CALIBRATION_BINS` equal ones between 0 and 1, that each confidence falls into."""
    return np.minimum((confidence * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)


def accepted(data: Evaluation, thresholds: Mapping[Label, float]) -> NDArray[np.bool_]:
    """Which sentences' best label reaches its threshold."""
    limits = np.array([thresholds[label] for label in LABELS])
    reached: NDArray[np.bool_] = data.scores.max(axis=1) >= limits[data.best]
    return reached


def natural_share(data: Evaluation, chosen: NDArray[np.bool_]) -> float:
    """The share of natural news that `chosen` stands for."""
    return float(data.weights[chosen].sum() / data.weights.sum())


def confusion(data: Evaluation) -> NDArray[np.int64]:
    """How many sentences of each label (rows) have which best label (columns)."""
    size = len(LABELS)
    return np.bincount(data.truth * size + data.best, minlength=size * size).reshape(size, size)
