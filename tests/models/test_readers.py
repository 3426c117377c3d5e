"""When the second reader is asked, and what both together say."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from models.labels import LABELS, Label
from models.readers import Judgement, Readers, Weighing, doubt, judgement, towards_nature

IDENTITY = Weighing(tuple(map(tuple, np.eye(4).tolist())), (0.0,) * 4)
SECOND_ALONE = Weighing(tuple(map(tuple, np.hstack([np.zeros((4, 4)), np.eye(4)]).tolist())), (0.0,) * 4)
TRUSTING = Judgement(alone=IDENTITY, together=SECOND_ALONE)

SURE_CLAIM = (0.97, 0.01, 0.01, 0.01)
SURE_DENIAL = (0.01, 0.97, 0.01, 0.01)
TORN = (0.40, 0.20, 0.20, 0.20)


class Scripted:
    """A reader that says what it is told to, and remembers what it was asked."""

    def __init__(self, script: dict[str, tuple[float, ...]], classes: Sequence[Label] = LABELS) -> None:
        self.script, self.asked = script, list[str]()
        self.classes_ = np.array(classes, dtype=np.str_)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        self.asked += texts
        return np.array([self.script[text] for text in texts])


def probabilities() -> st.SearchStrategy[NDArray[np.float64]]:
    odds = arrays(np.float64, (5, 4), elements=st.floats(0.001, 1))
    return odds.map(lambda rows: rows / rows.sum(axis=1, keepdims=True))


def test_the_second_reader_is_asked_only_where_the_first_is_in_doubt() -> None:
    """Nineteen sentences in twenty are plain claims, and a slow reader would hold them all up."""
    second = Scripted({"torn": SURE_CLAIM})
    Readers(Scripted({"plain": SURE_CLAIM, "torn": TORN}), second, TRUSTING, gate=0.2).predict_proba(["plain", "torn"])
    assert ["torn"] == second.asked


def test_where_nobody_asked_the_first_readers_word_stands() -> None:
    """The row of a sentence that was not asked about is the first reader's, calibrated by itself."""
    readers = Readers(
        Scripted({"plain": SURE_CLAIM, "torn": TORN}), Scripted({"torn": SURE_DENIAL}), TRUSTING, gate=0.2
    )
    scores = readers.predict_proba(["torn", "plain"])
    assert [pytest.approx(SURE_DENIAL), pytest.approx(SURE_CLAIM)] == scores.tolist()


@pytest.mark.parametrize(("gate", "asked"), [(0.0, ["plain", "torn"]), (1.0, [])])
def test_the_gate_reaches_from_everything_to_nothing(gate: float, asked: list[str]) -> None:
    """At 0 every sentence is read twice, at 1 none is."""
    second = Scripted({"plain": SURE_CLAIM, "torn": SURE_CLAIM})
    Readers(Scripted({"plain": SURE_CLAIM, "torn": TORN}), second, TRUSTING, gate).predict_proba(["plain", "torn"])
    assert asked == second.asked


def test_a_reader_may_have_its_classes_in_another_order() -> None:
    """scikit-learn sorts them by name; columns are put in order before anything is weighed."""
    by_name = (Label.CLAIM, Label.CLARIFICATION, Label.DENIAL, Label.OTHER)
    first = Scripted({"it": (0.01, 0.01, 0.97, 0.01)}, by_name)
    scores = Readers(first, Scripted({}), TRUSTING, gate=1.0).predict_proba(["it"])
    assert LABELS.index(Label.DENIAL) == scores.argmax()


def test_a_reading_keeps_what_each_reader_said() -> None:
    """An explanation needs more than the result."""
    readers = Readers(
        Scripted({"plain": SURE_CLAIM, "torn": TORN}), Scripted({"torn": SURE_DENIAL}), TRUSTING, gate=0.2
    )
    reading = readers.read(["plain", "torn"])
    assert [False, True] == reading.asked.tolist()
    assert [list(SURE_DENIAL)] == reading.second.tolist()


@given(probabilities())
def test_doubt_lies_between_nothing_and_everything(scores: NDArray[np.float64]) -> None:
    """So that a gate of 0 and one of 1 mean what they say."""
    assert ((doubt(scores) >= 0) & (doubt(scores) <= 1 + 1e-9)).all()


def test_a_sure_denial_is_worth_a_second_opinion_and_a_sure_claim_is_not() -> None:
    """One false denial in a hundred claims is as many as there are true ones."""
    claim, denial = doubt(np.array([SURE_CLAIM, SURE_DENIAL]))
    assert denial > 10 * claim


@given(probabilities(), probabilities())
def test_weighing_gives_probabilities(first: NDArray[np.float64], second: NDArray[np.float64]) -> None:
    """Each row adds up to 1, whatever the readers say."""
    assert np.ones(5) == pytest.approx(SECOND_ALONE.probabilities(first, second).sum(axis=1))


def test_the_reader_that_is_right_is_believed() -> None:
    """Where the first reader guesses and the second knows, together they say what the second says."""
    generator = np.random.default_rng(7)
    number = generator.integers(4, size=400)
    guesses = generator.dirichlet(np.ones(4), size=400)
    knows = np.where(np.eye(4)[number] == 1, 0.91, 0.03)
    fitted = judgement(guesses, knows, [LABELS[i] for i in number], np.ones(400))
    assert number.tolist() == fitted.together.probabilities(guesses, knows).argmax(axis=1).tolist()


def test_a_boastful_reader_is_calibrated() -> None:
    """A reader that is sure of everything and right in four cases of five is believed in four of five."""
    generator = np.random.default_rng(7)
    said = generator.integers(4, size=4000)
    right = generator.random(4000) < 0.8
    number = np.where(right, said, (said + generator.integers(1, 4, size=4000)) % 4)
    boastful = np.where(np.eye(4)[said] == 1, 0.997, 0.001)
    fitted = judgement(boastful, boastful, [LABELS[i] for i in number], np.ones(4000))
    assert pytest.approx(0.8, abs=0.02) == fitted.alone.probabilities(boastful).max(axis=1).mean()


def test_a_judgement_survives_being_written_down() -> None:
    """It is kept as plain numbers in JSON, which nothing has to be trusted to open."""
    assert TRUSTING == msgspec.json.decode(msgspec.json.encode(TRUSTING), type=Judgement)


LABELLED = [Label.CLAIM] * 50 + [Label.DENIAL] * 30 + [Label.CLARIFICATION] * 10 + [Label.OTHER] * 10
NATURAL = {Label.CLAIM: 0.94, Label.DENIAL: 0.01, Label.CLARIFICATION: 0.002, Label.OTHER: 0.048}


def test_full_pull_weighs_each_label_as_often_as_it_is_in_the_stream() -> None:
    """The weights of a label's sentences then add up to its natural share."""
    weights = towards_nature(LABELLED, NATURAL, 1.0)
    denials = weights[[label is Label.DENIAL for label in LABELLED]].sum() / weights.sum()
    assert pytest.approx(NATURAL[Label.DENIAL] / sum(NATURAL.values())) == denials


def test_no_pull_counts_every_sentence_once() -> None:
    """The corpus is then taken as it is."""
    assert np.ones(len(LABELLED)).tolist() == towards_nature(LABELLED, NATURAL, 0.0).tolist()
