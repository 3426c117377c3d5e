"""How good a model is, in numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels import LABELS, Label
from tests.training.evaluations import RATES, sure_of
from training import figures
from training.figures import CALIBRATION_BINS, Evaluation, evaluation

CLAIM, DENIAL, CLARIFICATION = (LABELS.index(lb) for lb in (Label.CLAIM, Label.DENIAL, Label.CLARIFICATION))


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


def test_of_nothing_there_is_no_figure() -> None:
    """A label that nobody bears and that nothing is taken for gets a dash, not a nought."""
    data = two_claims_two_denials([CLAIM, CLAIM, DENIAL, DENIAL])

    assert "–" == str(figures.interval(data, lambda part: figures.f1(part, CLARIFICATION)))
    assert np.isnan(figures.recall_at_precision(data, CLARIFICATION, figures.SURE))


def test_the_best_recall_at_a_precision_is_found() -> None:
    """Of two denials one ranks above every claim, and taking the other would take a claim along."""
    scores = np.array([[0.1, p, 0.0, 0.9 - p] for p in (0.8, 0.6, 0.7, 0.1)])[:, np.argsort([CLAIM, DENIAL, 2, 3])]
    data = evaluation([Label.DENIAL, Label.DENIAL, Label.CLAIM, Label.CLAIM], scores, [None] * 4, RATES)

    assert 0.5 == figures.recall_at_precision(data, DENIAL, 0.9)
    assert 1.0 == figures.recall_at_precision(data, DENIAL, 0.6)


@pytest.mark.parametrize(("confidence", "expected"), [(0.0, 0), (0.25, 3), (0.5, 7), (0.99, 14), (1.0, 14)])
def test_bins_of_confidence_are_equal(confidence: float, expected: int) -> None:
    """There are fifteen; the highest holds certainty, too."""
    assert [expected] == figures.calibration_bins(np.array([confidence])).tolist()


@given(st.lists(st.floats(0, 1), min_size=1))
def test_every_confidence_lies_between_the_edges_of_its_bin(confidence: list[float]) -> None:
    """So that a curve of calibration and the error of calibration speak of the same bins."""
    bins = figures.calibration_bins(np.array(confidence))

    assert (bins / CALIBRATION_BINS <= np.array(confidence) + 1e-12).all()
    assert (np.array(confidence) <= (bins + 1) / CALIBRATION_BINS + 1e-12).all()
