"""The first reader learns, always the same, and its short way of computing gives what the long one gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from models.first_reader import FirstReader
from tests.models.conftest import LESSON, taught

TEXTS = [text for text, _ in LESSON]
ONCE = taught()


def test_it_has_learnt_its_lesson(reader: FirstReader) -> None:
    """Sentences that differ from the lesson's in a name are labelled alike."""
    unseen = ["The mayor denied that the bakery had been sold.", "Who owns the bakery?"]

    assert ["denial", "other"] == reader.predict(unseen).tolist()


def test_it_computes_what_its_regression_does(reader: FirstReader) -> None:
    """The compiled tables are a shorter way to the same numbers."""
    seen = reader._rows(reader.features_.transform(TEXTS))
    logits = seen @ reader.weights_.astype(np.float64) + reader.intercept_
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))

    np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), reader.predict_proba(TEXTS), atol=1e-5)


def test_two_trainings_give_the_same_reader(reader: FirstReader) -> None:
    """Nothing in it is left to chance."""
    again = taught()

    assert np.array_equal(reader.weights_, again.weights_)
    assert np.array_equal(reader.predict_proba(TEXTS), again.predict_proba(TEXTS))


@given(texts=st.lists(st.text(max_size=80), max_size=6))
def test_probabilities_are_probabilities(texts: list[str]) -> None:
    """Whatever comes over the wire is scored."""
    scores = ONCE.predict_proba(texts)

    assert (len(texts), 4) == scores.shape
    assert bool((scores >= 0).all())
    np.testing.assert_allclose(scores.sum(axis=1), 1)


def test_a_sentence_is_scored_the_same_in_any_batch(reader: FirstReader) -> None:
    """Batches longer than a chunk, too."""
    many = (TEXTS * 30)[:1200]

    alone = np.vstack([reader.predict_proba([text]) for text in TEXTS])

    np.testing.assert_allclose(alone[np.arange(1200) % len(TEXTS)], reader.predict_proba(many), atol=1e-6)


def test_a_rare_label_counts_as_much_as_a_common_one() -> None:
    """The corpus holds more claims than anything else; that is no reason to guess one."""
    lesson = [*LESSON[:12] * 5, *LESSON[12:18], *LESSON[36:42]]
    texts, labels = zip(*lesson, strict=True)

    reader = FirstReader(min_sentences=1).fit(texts, labels)

    assert "denial" == reader.predict(["The mayor denied that the bakery had been sold."])[0]


def test_fewer_than_three_labels_are_refused() -> None:
    """With two, scikit-learn's regression has another form."""
    with pytest.raises(ValueError, match="at least three labels"):
        FirstReader(min_sentences=1).fit(["Who?", "He denied it."], ["other", "denial"])


def test_an_unfitted_reader_says_so() -> None:
    """scikit-learn's own error."""
    with pytest.raises(NotFittedError):
        FirstReader().predict_proba(["Why?"])
