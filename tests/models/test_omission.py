"""What changes when a word is left out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.labels import LABELS, Label
from models.omission import greatest, omissions


class Suspicious:
    """A reader that takes a sentence with "deny" in it for a denial, and is surer of it in a shorter one."""

    classes_ = np.array([str(label) for label in reversed(LABELS)])

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        denial = np.array([0.9 - 0.05 * len(text.split()) if "deny" in text else 0.1 for text in texts])
        rows = np.repeat((1 - denial)[:, None] / 3, 4, axis=1)
        rows[:, self.classes_.tolist().index(Label.DENIAL)] = denial
        return rows


DENIAL = LABELS.index(Label.DENIAL)


def test_the_word_that_matters_costs_most() -> None:
    """Without it the label is hardly likely any more."""
    (first, *_) = greatest(omissions(Suspicious(), "They deny all of it"), DENIAL, 1)

    assert ("deny", (5, 9)) == (first.word, first.span)
    assert first.loss[DENIAL] > 0.5


def test_a_word_may_stand_in_the_way() -> None:
    """Its loss is negative: without it the label would be likelier."""
    (found, *_) = omissions(Suspicious(), "Indeed they deny it")

    assert "Indeed" == found.word
    assert found.loss[DENIAL] < 0


def test_every_word_is_left_out_once() -> None:
    """In the order of the sentence, punctuation with its word."""
    assert ["They", "deny", "it."] == [found.word for found in omissions(Suspicious(), "They  deny it.")]
