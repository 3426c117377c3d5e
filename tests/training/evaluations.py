"""Evaluations made by hand: how many sentences of which label are taken for which."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.labels import LABELS, Label
from training.figures import Evaluation, evaluation

RATES = {Label.CLAIM: 0.9, Label.DENIAL: 0.05, Label.CLARIFICATION: 0.02, Label.OTHER: 0.03}


def sure_of(columns: Sequence[int], confidence: float = 0.91) -> NDArray[np.float64]:
    """Scores that give each row's column this probability, and the others the rest."""
    scores = np.full((len(columns), len(LABELS)), (1 - confidence) / (len(LABELS) - 1))
    scores[np.arange(len(columns)), columns] = confidence
    return scores


def taken(
    counts: Mapping[tuple[Label, Label], int], confidence: float = 0.91, register: str | None = None
) -> Evaluation:
    """So many sentences of the first label that are taken for the second, all of one register."""
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    scores = sure_of([LABELS.index(best) for _, best in pairs], confidence)
    return evaluation([label for label, _ in pairs], scores, [register] * len(pairs), RATES)


def together(*parts: Evaluation) -> Evaluation:
    """The sentences of all parts, with the weights that they had there."""
    truth, scores, weights = (np.concatenate(columns) for columns in zip(*(part[:3] for part in parts), strict=True))
    return Evaluation(truth, scores, weights, [name for part in parts for name in part.registers])
