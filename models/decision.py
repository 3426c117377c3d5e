"""From scores to a verdict: the best label, and whether it reaches its threshold."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.labels import LABELS, Label


class Verdict(NamedTuple):
    """What a model says of one sentence.

    `label` is the best label before abstention; `scores` are calibrated probabilities in the order of `LABELS`;
    `reason` says why a text was never shown to a reader (it is not English, or not readable), and is None otherwise.
    """

    label: Label
    confidence: float
    scores: tuple[float, ...]
    accepted: bool
    threshold: float
    reason: str | None = None


def decide(
    scores: NDArray[np.float64], thresholds: Mapping[Label, float], reasons: Sequence[str | None] | None = None
) -> list[Verdict]:
    """Turn scores of shape (n, 4), columns in the order of `LABELS`, into n verdicts.

    A sentence is accepted when its best label reaches that label's own threshold; otherwise the model abstains.
    A lesser label that reaches a lower threshold of its own does not win: a sentence that is more likely a denial
    than a claim is no claim that anyone should build on.
    """
    best = scores.argmax(axis=1)
    limits = np.array([thresholds[label] for label in LABELS])
    confidence = scores[np.arange(len(scores)), best]
    accepted = confidence >= limits[best]
    return [
        Verdict(LABELS[i], c, tuple(row), bool(ok), float(limits[i]), reason)
        for i, c, row, ok, reason in zip(
            best.tolist(),
            confidence.tolist(),
            scores.tolist(),
            accepted.tolist(),
            reasons or [None] * len(scores),
            strict=True,
        )
    ]
