"""No model is judged on sentences that resemble what it was shown."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.labels import LABELS
from training.encoder.folds import FOLDS, folds
from training.sentences import Sentence

FAMILIES, MEMBERS = 60, 3
# Members of a family differ in their last word; two families have no word in common.
SENTENCES = [
    Sentence(
        id=f"a{family:02}{member}",
        text=" ".join(
            [*(f"{word}{family}" for word in "board said that ferry sails from quay".split()), f"day{member}"]
        ),
        label=LABELS[family % len(LABELS)],
        how="free",
        read=1,
    )
    for family in range(FAMILIES)
    for member in range(MEMBERS)
]


@pytest.fixture(scope="module")
def fold() -> NDArray[np.int64]:
    return folds(SENTENCES)


def test_families_stay_together(fold: NDArray[np.int64]) -> None:
    """All members of a family lie in one fold."""
    assert [1] * FAMILIES == [len(set(row)) for row in fold.reshape(FAMILIES, MEMBERS).tolist()]


def test_there_are_five_folds_of_about_one_size(fold: NDArray[np.int64]) -> None:
    """Each is held out once."""
    sizes = np.bincount(fold, minlength=FOLDS)

    assert FOLDS == len(sizes)
    assert sizes.max() - sizes.min() <= 2 * MEMBERS


def test_labels_are_spread_evenly(fold: NDArray[np.int64]) -> None:
    """A fold without denials could not tell how well they are found."""
    labels = np.array([LABELS.index(sentence.label) for sentence in SENTENCES])
    counts = np.array([np.bincount(labels[fold == number], minlength=len(LABELS)) for number in range(FOLDS)])

    assert (counts >= MEMBERS).all()
    assert (counts.max(axis=0) - counts.min(axis=0) <= 2 * MEMBERS).all()


def test_the_split_is_the_same_on_every_run_and_another_by_another_seed(fold: NDArray[np.int64]) -> None:
    """Both readers are cross-validated by the same one."""
    assert fold.tolist() == folds(SENTENCES).tolist()
    assert fold.tolist() != folds(SENTENCES, seed=1).tolist()
