"""Chooses how sure a label must be before it is published without a person looking."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.labels import LABELS, Label
from training.figures import Evaluation

# A desk bears one wrong denial or clarification in ten. Claims and others are many, and one in twenty is read past.
WANTED: Mapping[Label, float] = {Label.CLAIM: 0.95, Label.DENIAL: 0.9, Label.CLARIFICATION: 0.9, Label.OTHER: 0.95}
# Claims and others are counted in natural shares. Denials and clarifications are not: the corpus's claims were
# written to look like them, and weighing these up to natural numbers would count more false alarms than news holds.
NATURAL = frozenset({Label.CLAIM, Label.OTHER})
LEAST = 0.5  # below it another label may be as likely
MOST = 0.9  # above it too little is left to judge a threshold by
STEP = 0.01


def choose(data: Evaluation) -> dict[Label, float]:
    """For each label the lowest threshold at which what is accepted is right as often as wanted, or else `MOST`."""
    return {label: _lowest(data, column, WANTED[label]) for column, label in enumerate(LABELS)}


def precision(data: Evaluation, column: int, accepted: NDArray[np.bool_]) -> float:
    """The share of accepted sentences with this best label that bear it, in the shares in which it is promised."""
    kept = accepted & (data.best == column)
    if not kept.any():
        return float("nan")
    weights = data.weights if LABELS[column] in NATURAL else np.ones_like(data.weights)
    return float(np.average(data.truth[kept] == column, weights=weights[kept]))


def _lowest(data: Evaluation, column: int, wanted: float) -> float:
    for threshold in np.arange(LEAST, MOST, STEP).round(2).tolist():  # as it is written down, to the last bit
        if precision(data, column, data.scores[:, column] >= threshold) >= wanted:
            return float(threshold)
    return MOST
