"""How sure a label must be before nobody looks at it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels import LABELS, Label
from tests.training.evaluations import RATES, sure_of, taken
from training import figures, thresholds
from training.figures import evaluation
from training.thresholds import LEAST, MOST, WANTED

CLAIM, DENIAL = LABELS.index(Label.CLAIM), LABELS.index(Label.DENIAL)
EVERY = np.ones(4, np.bool_)


def test_a_label_that_is_right_often_enough_gets_the_lowest_threshold() -> None:
    """Nothing is held back without need."""
    chosen = thresholds.choose(taken({(label, label): 2 for label in LABELS}))

    assert dict.fromkeys(LABELS, LEAST) == chosen


def test_a_label_that_is_never_right_gets_the_highest() -> None:
    """Whatever is accepted of it must be as sure as can be judged."""
    chosen = thresholds.choose(taken({(Label.CLAIM, Label.DENIAL): 2, (Label.DENIAL, Label.CLAIM): 2}))

    assert (MOST, MOST) == (chosen[Label.CLAIM], chosen[Label.DENIAL])


def test_a_label_that_is_never_best_gets_the_highest() -> None:
    """Of what was never seen nothing is promised."""
    assert MOST == thresholds.choose(taken({(Label.CLAIM, Label.CLAIM): 2}))[Label.OTHER]


def test_claims_are_counted_in_natural_shares() -> None:
    """Where one of two sentences that pass for claims is a denial, far fewer would be in the news."""
    data = taken({(Label.CLAIM, Label.CLAIM): 2, (Label.DENIAL, Label.CLAIM): 2})

    expected = RATES[Label.CLAIM] / (RATES[Label.CLAIM] + RATES[Label.DENIAL])
    assert pytest.approx(expected) == thresholds.precision(data, CLAIM, EVERY)


def test_denials_are_counted_one_by_one() -> None:
    """The corpus's claims were written to look like them, and would outweigh them by far."""
    data = taken({(Label.DENIAL, Label.DENIAL): 3, (Label.CLAIM, Label.DENIAL): 1})

    assert pytest.approx(3 / 4) == thresholds.precision(data, DENIAL, EVERY)


def test_what_was_not_accepted_does_not_count() -> None:
    """Precision is that of what nobody looks at."""
    data = taken({(Label.DENIAL, Label.DENIAL): 3, (Label.CLAIM, Label.DENIAL): 1})

    assert 1.0 == thresholds.precision(data, DENIAL, data.truth == DENIAL)


def test_where_nothing_is_accepted_there_is_no_precision() -> None:
    """It is not 0, and not 1 either."""
    data = taken({(Label.DENIAL, Label.DENIAL): 4})

    assert np.isnan(thresholds.precision(data, DENIAL, ~EVERY))


@given(st.lists(st.tuples(st.integers(45, 95), st.booleans()), min_size=1, max_size=30))
def test_what_a_threshold_accepts_is_right_as_often_as_wanted(denials: list[tuple[int, bool]]) -> None:
    """Unless it is the highest, which promises nothing; a score that just reaches its threshold is accepted."""
    scores = np.vstack([sure_of([DENIAL], hundredths / 100) for hundredths, _ in denials])
    data = evaluation(
        [Label.DENIAL if right else Label.CLAIM for _, right in denials], scores, [None] * len(denials), RATES
    )

    chosen = thresholds.choose(data)

    kept = figures.accepted(data, chosen)
    held = thresholds.precision(data, DENIAL, kept) >= WANTED[Label.DENIAL]
    assert held or MOST == chosen[Label.DENIAL]


@pytest.mark.parametrize("hundredths", range(50, 89))
def test_a_threshold_is_tried_as_it_is_written_down(hundredths: int) -> None:
    """A wrong denial with just that score keeps it from being chosen, and the next one is."""
    scores = np.vstack([sure_of([DENIAL], hundredths / 100), sure_of([DENIAL], 0.95)])
    data = evaluation([Label.CLAIM, Label.DENIAL], scores, [None] * 2, RATES)

    assert (hundredths + 1) / 100 == thresholds.choose(data)[Label.DENIAL]
