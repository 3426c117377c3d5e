"""How good a model is, in numbers."""

import numpy as np
import pytest

from models.labels import LABELS, Label
from training import figures, thresholds
from training.figures import Evaluation, evaluation

RATES = {Label.CLAIM: 0.9, Label.DENIAL: 0.05, Label.CLARIFICATION: 0.02, Label.OTHER: 0.03}
CLAIM, DENIAL = LABELS.index(Label.CLAIM), LABELS.index(Label.DENIAL)


def sure_of(columns: list[int], confidence: float = 0.91) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Scores that give each row's column this probability, and the others the rest."""
    scores = np.full((len(columns), 4), (1 - confidence) / 3)
    scores[np.arange(len(columns)), columns] = confidence
    return scores


def two_claims_two_denials(best: list[int], confidence: float = 0.91) -> Evaluation:
    """Two claims, then two denials, taken for `best`."""
    labels = [Label.CLAIM, Label.CLAIM, Label.DENIAL, Label.DENIAL]
    return evaluation(labels, sure_of(best, confidence), [None] * 4, RATES)


def test_a_model_that_is_always_right_has_every_figure_at_its_best() -> None:
    """Precision, recall, F1 and average precision are 1."""
    data = two_claims_two_denials([CLAIM, CLAIM, DENIAL, DENIAL])

    measures = (figures.precision, figures.recall, figures.f1, figures.average_precision)
    assert [1.0] * 4 == [measure(data, DENIAL) for measure in measures]


def test_a_false_alarm_costs_precision_alone() -> None:
    """One claim of two is taken for a denial."""
    data = two_claims_two_denials([CLAIM, DENIAL, DENIAL, DENIAL])

    assert pytest.approx(2 / 3) == figures.precision(data, DENIAL)
    assert 1.0 == figures.recall(data, DENIAL)


def test_confidence_beyond_being_right_is_a_calibration_error() -> None:
    """A model that says 91 % and is right in 75 % is off by 16 points."""
    data = two_claims_two_denials([CLAIM, DENIAL, DENIAL, DENIAL])

    assert pytest.approx(0.16) == figures.calibration_error(data)


def test_weights_give_each_label_its_natural_share() -> None:
    """A corpus that is half denials is counted as if one in twenty were."""
    data = two_claims_two_denials([CLAIM, CLAIM, DENIAL, DENIAL])

    assert pytest.approx(0.05 / 0.95) == figures.natural_share(data, data.truth == DENIAL)


def test_an_interval_holds_its_figure() -> None:
    """Resampling four sentences leaves wide room around it, within what a share can be."""
    figure = figures.interval(two_claims_two_denials([CLAIM, DENIAL, DENIAL, CLAIM]), figures.macro_f1)

    assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_a_label_that_is_right_often_enough_gets_the_lowest_threshold() -> None:
    """Nothing is held back without need."""
    chosen = thresholds.choose(two_claims_two_denials([CLAIM, CLAIM, DENIAL, DENIAL]))

    assert thresholds.LEAST == chosen[Label.DENIAL]


def test_a_label_that_is_never_right_gets_the_highest() -> None:
    """Whatever is accepted of it must be as sure as can be judged."""
    chosen = thresholds.choose(two_claims_two_denials([DENIAL, DENIAL, CLAIM, CLAIM]))

    assert thresholds.MOST == chosen[Label.DENIAL]
