"""Whether a new model may take the place of the one that ships."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from models.labels import LABELS
from models.manifest import CorpusEntry, Manifest
from training.shipping import EVERYWHERE, SAME_CORPUS, SLACK, WorseModelError, check

CORPUS, LARGER = "5e1f", "a00b"  # stand for the digests of two corpora
FIGURES = dict.fromkeys((*EVERYWHERE, *SAME_CORPUS), 0.8)


def shipped(figures: Mapping[str, float] = FIGURES) -> Manifest:
    """The manifest of a model that was trained on CORPUS."""
    return Manifest(
        name="claimwire",
        version="1.0.0",
        created=datetime(2026, 3, 4, tzinfo=UTC),
        labels=LABELS,
        thresholds=dict.fromkeys(LABELS, 0.5),
        files={},
        python="3.11.9",
        libraries={},
        corpus=CorpusEntry(12, CORPUS),
        probes=(),
        probe_tolerance=0.0,
        figures=dict(figures),
    )


def test_a_better_model_ships() -> None:
    """Nothing stands in its way."""
    check({name: value + 0.01 for name, value in FIGURES.items()}, CORPUS, shipped())


def test_a_difference_that_chance_makes_is_borne() -> None:
    """Two trainings of one kind differ a little."""
    check({name: value - SLACK / 2 for name, value in FIGURES.items()}, CORPUS, shipped())


@pytest.mark.parametrize("name", FIGURES)
def test_a_model_that_is_worse_in_one_thing_is_refused(name: str) -> None:
    """The error says in what, and by how much."""
    with pytest.raises(WorseModelError, match=rf"{name} 0\.700, and 0\.800 ships") as caught:
        check(FIGURES | {name: 0.7}, CORPUS, shipped())

    assert {name: (0.7, 0.8)} == caught.value.worse


@pytest.mark.parametrize("name", SAME_CORPUS)
def test_figures_of_cross_validation_are_compared_only_within_one_corpus(name: str) -> None:
    """They fall with every hard sentence that a corpus gains, and such a corpus makes no worse models."""
    check(FIGURES | {name: 0.7}, LARGER, shipped())


@pytest.mark.parametrize("name", EVERYWHERE)
def test_figures_from_outside_the_corpus_are_always_compared(name: str) -> None:
    """What the challenge set and real news ask does not change with the corpus."""
    with pytest.raises(WorseModelError, match=name):
        check(FIGURES | {name: 0.7}, LARGER, shipped())


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_that_only_one_of_them_has_says_nothing(name: str) -> None:
    """Not everybody has real news to measure on."""
    others = {other: value for other, value in FIGURES.items() if other != name}

    check(others, CORPUS, shipped())
    check(FIGURES | {name: 0.1}, CORPUS, shipped(others))


def test_the_first_model_of_its_kind_ships() -> None:
    """There is nothing to compare it with."""
    check(dict.fromkeys(FIGURES, 0.0), CORPUS, None)
