"""Each sentence is scored by readers that had not seen it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self, cast

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from models.first_reader import FirstReader
from models.labels import LABELS, Label
from models.readers import Judgement, Weighing
from tests.training.evaluations import sure_of
from training import cross_validation, learning
from training.cross_validation import Readings, first_readings, readings
from training.encoder import out_of_fold
from training.sentences import Sentence

SENTENCES = [
    Sentence(id=f"a{place:02}", text=f"Barge {place} sank.", label=LABELS[place % 4], how="free", read=1)
    for place in range(20)
]
FOLD = np.arange(20) // 4  # each fold holds one sentence of every label
ORDER = sorted(LABELS)


class Rememberer:
    """Stands for a first reader: sure of the label of what it was shown, and torn over everything else."""

    def __init__(self) -> None:
        self.shown = dict[str, str]()
        self.classes_ = np.array(ORDER, dtype=np.str_)

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        self.shown = dict(zip(texts, labels, strict=True))
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        rows = [
            sure_of([ORDER.index(Label(self.shown[text]))])[0] if text in self.shown else np.full(4, 0.25)
            for text in texts
        ]
        return np.array(rows)

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        best: NDArray[np.str_] = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return best


class Answerer(Rememberer):
    """Says of everything what the last sentence that it was shown is."""

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return sure_of([ORDER.index(Label(list(self.shown.values())[-1]))] * len(texts))


def build() -> FirstReader:
    """One that remembers."""
    return cast("FirstReader", Rememberer())


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """What encoders made of all sentences but the last."""
    path = tmp_path / "out_of_fold.csv"
    out_of_fold.write(SENTENCES[:-1], sure_of([LABELS.index(sentence.label) for sentence in SENTENCES[:-1]]), path)
    return path


def test_no_sentence_is_scored_by_a_reader_that_saw_its_fold() -> None:
    """A reader that had seen one would be sure of it."""
    assert np.full((20, 4), 0.25).tolist() == first_readings(SENTENCES, FOLD, build).tolist()


def test_every_other_fold_is_shown() -> None:
    """A fold that repeats another's sentences is known by heart."""
    twice = [*SENTENCES, *SENTENCES]

    scores = first_readings(twice, np.repeat([0, 1], 20), build)

    assert [LABELS.index(sentence.label) for sentence in twice] == scores.argmax(axis=1).tolist()


def test_each_fold_has_a_reader_of_its_own() -> None:
    """None of them has learnt from what another was shown."""
    built = list[Rememberer]()

    def remembered() -> FirstReader:
        built.append(Rememberer())
        return cast("FirstReader", built[-1])

    first_readings(SENTENCES, FOLD, remembered)

    assert [{s.text for s, own in zip(SENTENCES, FOLD, strict=True) if own != fold} for fold in range(5)] == [
        set(reader.shown) for reader in built
    ]


def test_columns_are_put_in_the_order_of_the_labels() -> None:
    """A reader has its classes in the order of their names."""
    scores = first_readings(SENTENCES, FOLD, lambda: cast("FirstReader", Answerer()))

    assert {LABELS.index(SENTENCES[-1].label)} == set(scores[:16].argmax(axis=1).tolist())


def test_both_readings_are_of_the_same_sentences(left: Path) -> None:
    """A sentence that the encoders were not cross-validated on is left out."""
    found = readings(SENTENCES, FOLD, build, left)

    assert SENTENCES[:-1] == found.sentences
    assert (19, 4) == found.first.shape == found.second.shape
    assert [LABELS.index(sentence.label) for sentence in found.sentences] == found.second.argmax(axis=1).tolist()


def test_a_reworded_sentence_is_left_out(left: Path) -> None:
    """The encoders read another text."""
    reworded = [msgspec.structs.replace(SENTENCES[0], text="The barge floats."), *SENTENCES[1:]]

    assert SENTENCES[1:-1] == readings(reworded, FOLD, build, left).sentences


def test_the_second_reader_counts_where_the_first_is_in_doubt() -> None:
    """As it will be in the model that ships."""
    identity = tuple(map(tuple, np.eye(4).tolist()))
    apart = tuple(map(tuple, np.hstack([np.zeros((4, 4)), np.eye(4)]).tolist()))
    judgement = Judgement(alone=Weighing(identity, (0.0,) * 4), together=Weighing(apart, (0.0,) * 4))
    first = np.vstack([sure_of([0], 0.97), sure_of([0], 0.4)])

    scores, asked = Readings(SENTENCES[:2], first, sure_of([1, 1])).weighed(judgement, gate=0.3)

    assert [False, True] == asked.tolist()
    assert [0, 1] == scores.argmax(axis=1).tolist()
    assert pytest.approx(sure_of([0], 0.97)[0]) == first[0]


def test_a_fitted_reader_has_seen_every_sentence() -> None:
    """It is the one that ships."""
    reader = cross_validation.fitted(build(), SENTENCES)

    assert [sentence.label for sentence in SENTENCES] == reader.predict([s.text for s in SENTENCES]).tolist()


def test_a_curve_of_learning_grows_to_all_but_one_fold() -> None:
    """The same fold is held out of each part."""
    shown = list[int]()

    class Counted(Rememberer):
        def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
            shown.append(len({SENTENCES[place].text for place in range(4)} & set(texts)))
            return super().fit(texts, labels)

    curve = learning.first_curve(SENTENCES, FOLD, lambda: cast("FirstReader", Counted()))

    assert [2, 4, 8, 16] == [size for size, _ in curve]
    assert [0] * 4 == shown
