"""Whether a new model may take the place of the one that ships."""

import pytest

from training.shipping import SLACK, WorseModelError, check

SHIPPED = {"macro_f1": 0.85, "denial_average_precision": 0.9, "challenge_macro_f1": 0.8}


def test_a_better_model_ships() -> None:
    """Nothing stands in its way."""
    check({name: value + 0.01 for name, value in SHIPPED.items()}, SHIPPED)


def test_a_difference_that_chance_makes_is_borne() -> None:
    """Two trainings of one kind differ a little."""
    check({name: value - SLACK / 2 for name, value in SHIPPED.items()}, SHIPPED)


def test_a_model_that_is_worse_in_one_thing_is_refused() -> None:
    """The error says in what, and by how much."""
    with pytest.raises(WorseModelError, match=r"challenge_macro_f1 0\.700, and 0\.800 ships"):
        check(SHIPPED | {"challenge_macro_f1": 0.7}, SHIPPED)


def test_the_first_model_of_its_kind_ships() -> None:
    """There is nothing to compare it with."""
    check(SHIPPED, {})
