"""Sentences that are nearly the same are found, and those built on one frame stay together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training import sentences
from training.likeness import families, near_duplicates, words

FERRY = "The harbour board said the night ferry to the islands would sail again on Monday."
FERRY_AGAIN = "The harbour board said the night ferry to the islands would sail again on Tuesday!"
ORCHARD = "Frost took a third of the pears in the valley, growers reckon."


SIBLINGS = [
    "Ms Okoro-Field has strenuously denied that she so much as opened the ledger, her solicitor told the bench.",
    "Mr Castellan has strenuously denied that he so much as touched the rudder, his skipper told the inquiry.",
]
LONER = "Zinnias outsold dahlias tuppence to one; Quenby wept."


@pytest.fixture(scope="module")
def family() -> NDArray[np.int64]:
    """The families of the shipped corpus and three more: what is a frame shows only among thousands of sentences."""
    shipped = [sentence.text for sentence in sentences.read(sentences.files())]
    return families([*shipped, *SIBLINGS, LONER])


def test_words_are_lower_case_and_keep_their_apostrophes() -> None:
    """Typeset and typed apostrophes are the same, and all other marks fall away."""
    expected = ["didn't", "o'hara", "say", "4", "2", "naïve"]
    assert expected == words(
        "\N{LEFT DOUBLE QUOTATION MARK}Didn\N{RIGHT SINGLE QUOTATION MARK}t\" O'Hara say: 4.2 _naïve_?"
    )


def test_a_sentence_with_one_word_changed_is_a_near_duplicate() -> None:
    """Punctuation and a single word do not make a new sentence."""
    assert [(0, 2)] == near_duplicates([FERRY, ORCHARD, FERRY_AGAIN])


def test_a_sentence_on_another_topic_is_no_near_duplicate() -> None:
    """What two sentences share by being English does not count."""
    assert [] == near_duplicates([FERRY, ORCHARD])


def test_short_and_wordless_sentences_are_compared_whole() -> None:
    """A sentence with fewer than three words, or none, repeats another only if all of it is the same."""
    assert [(0, 2), (1, 3)] == near_duplicates(["No.", "…", "no", "…", "No way.", "!"])


@given(st.lists(st.text(alphabet="ab ", max_size=12), max_size=8))
def test_near_duplicates_name_each_pair_once_and_in_order(texts: list[str]) -> None:
    """Whatever the texts, a pair is two different positions, the earlier one first, and identical texts are a pair."""
    pairs = near_duplicates(texts)
    assert sorted(set(pairs)) == pairs
    assert all(one < other for one, other in pairs)
    same = {(i, j) for j in range(len(texts)) for i in range(j) if texts[i] == texts[j]}
    assert same <= set(pairs)


@pytest.mark.slow
def test_counterparts_of_one_sentence_are_a_family(family: NDArray[np.int64]) -> None:
    """Sentences that share their frame are related even where no word of their topics is the same."""
    one, other, _ = family[-3:].tolist()
    assert one == other


@pytest.mark.slow
def test_a_sentence_that_resembles_none_is_a_family_of_one(family: NDArray[np.int64]) -> None:
    """It is named by its own position."""
    assert len(family) - 1 == family[-1]


@pytest.mark.slow
def test_a_family_is_named_by_its_first_member(family: NDArray[np.int64]) -> None:
    """No name points behind its bearer, and the first member bears its own position."""
    assert (family <= np.arange(len(family))).all()
    assert (family[family] == family).all()


@pytest.mark.slow
def test_no_family_swallows_the_corpus(family: NDArray[np.int64]) -> None:
    """Chains of relatives stay short enough for folds of equal size."""
    assert np.bincount(family).max() < len(family) / 50
