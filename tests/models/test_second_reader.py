"""How the second reader turns texts into scores."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels import LABELS, Label
from models.second_reader import LONGEST, SecondReader
from tests.models.conftest import ENCODER, tokenizer

TEXTS = ["she denied it", "he clarified", "why", "the barge sank off the northern pier", "they denied that", "denied"]


@pytest.fixture(scope="module")
def reader() -> SecondReader:
    return SecondReader.from_bytes(ENCODER, tokenizer())


def test_each_text_gets_a_probability_for_every_label(reader: SecondReader) -> None:
    """One row a text, one column a label, and each row adds up to 1."""
    scores = reader.predict_proba(TEXTS)
    assert (len(TEXTS), len(LABELS)) == scores.shape
    assert np.ones(len(TEXTS)) == pytest.approx(scores.sum(axis=1))


def test_rows_come_back_in_the_order_of_the_texts(reader: SecondReader) -> None:
    """Sentences are read by length, and their scores sorted back."""
    expected = [Label.DENIAL, Label.CLARIFICATION, Label.OTHER, Label.CLAIM, Label.DENIAL, Label.DENIAL]
    assert expected == reader.predict(TEXTS).tolist()


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=30))
def test_neighbours_do_not_change_what_a_sentence_scores(texts: list[str]) -> None:
    """A record that is replayed in another batch gets the label that it had."""
    reader = SecondReader.from_bytes(ENCODER, tokenizer())
    alone = np.vstack([reader.predict_proba([text]) for text in texts])
    assert alone == pytest.approx(reader.predict_proba(texts))


def test_the_end_of_an_endless_sentence_is_not_read(reader: SecondReader) -> None:
    """Only the first pieces count, so that one record cannot hold up a batch."""
    long = " ".join(["pier"] * LONGEST)
    assert reader.predict_proba([long]) == pytest.approx(reader.predict_proba([long + " denied" * 1000]))


def test_no_texts_give_no_rows(reader: SecondReader) -> None:
    """A batch in which the first reader is sure of everything asks nothing."""
    assert (0, len(LABELS)) == reader.predict_proba([]).shape


def test_a_pickled_reader_reads_as_before(reader: SecondReader) -> None:
    """What is pickled are the bytes of its files, not the open session."""
    copy = pickle.loads(pickle.dumps(reader))  # noqa: S301 - pickled on the same line
    assert reader.predict_proba(TEXTS).tolist() == copy.predict_proba(TEXTS).tolist()


def test_it_describes_itself_without_its_megabytes(reader: SecondReader) -> None:
    """Its parameters are whole files, which nobody wants to see in a log."""
    assert f"SecondReader({len(ENCODER):,} bytes, threads=1)" == repr(reader)


def test_fitting_changes_nothing(reader: SecondReader) -> None:
    """It comes trained."""
    before = reader.predict_proba(TEXTS).tolist()
    assert before == reader.fit(TEXTS, [Label.OTHER] * len(TEXTS)).predict_proba(TEXTS).tolist()
