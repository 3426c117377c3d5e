"""Another newsroom's print changes marks, names and figures, and nothing that a sentence says."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.encoder.variants import CONTRACTIONS, names_in, varied
from training.likeness import words

SEEDS = st.integers(0, 2**32)
# Neither a name, nor a figure, nor anything that contracts.
PLAIN = st.lists(
    st.sampled_from("the weir, “burst” said “she denied” it — again – “never so”, they".split()), max_size=12
)
NAMED = "It was said that {} and {} met in March, and that {} left."
NAMES = ("Ada Orrin", "Lowmarsh", "Tamsin Vole Gray", "Bex Harl", "Quillford")
OTHERS = names_in([NAMED.format(*NAMES[:3]), NAMED.format(*NAMES[2:])])
PRINTS = 60  # enough for each kind of change, alone and with others


def prints(text: str, names: dict[int, list[str]] | None = None) -> list[str]:
    """A text as many newsrooms print it, the same ones always."""
    generator = np.random.default_rng(11)
    return [varied(text, names or names_in([text]), generator) for _ in range(PRINTS)]


def after_a_dateline(words_of: list[str], text: str) -> bool:
    """Whether the text ends in these words; a place and an hour may stand before them."""
    return not words_of or words(text)[-len(words_of) :] == words_of


@given(PLAIN.map(" ".join), SEEDS)
def test_words_are_kept_in_their_order(text: str, seed: int) -> None:
    """Quotation marks, dashes and edges may change, and a dateline may come before."""
    assert after_a_dateline(words(text), varied(text, names_in([text]), np.random.default_rng(seed)))


@given(st.text(), SEEDS)
def test_any_text_can_be_printed_otherwise(text: str, seed: int) -> None:
    """Whatever stands in a corpus, and by the same seed in the same way."""
    first, second = (varied(text, names_in([text]), np.random.default_rng(seed)) for _ in range(2))

    assert first == second


def test_newsrooms_print_differently() -> None:
    """Or there would be nothing to learn from it."""
    assert len(set(prints("“It was not so,” said Ada Orrin — in Lowmarsh, of all 24 places."))) > PRINTS / 2


def test_names_are_exchanged_for_others_as_long() -> None:
    """A name of two words takes the place of one; a month is no name."""
    pattern = re.compile(NAMED.format(*["([A-Z][A-Za-z ]+?)"] * 3).rstrip("."))
    found = [pattern.search(text) for text in prints(NAMED.format(*NAMES[:3]), OTHERS)]

    exchanged = [match.groups() for match in found if match]
    assert PRINTS == len(exchanged)
    assert {(2, 1, 3)} == {tuple(len(name.split()) for name in names) for names in exchanged}
    assert len(set(exchanged)) > 1
    assert {name for names in exchanged for name in names} <= set(NAMES)


def test_a_name_that_comes_twice_is_exchanged_twice() -> None:
    """It is still the same person."""
    texts = prints("It was Lowmarsh that paid, and only Lowmarsh.", OTHERS)

    assert all(text.count("Lowmarsh") in (0, 2) for text in texts)
    assert any("Quillford that paid, and only Quillford" in text for text in texts)


@pytest.mark.parametrize("kept", ["3.14", "12:30", "2026", "7", "1,400", "11/12"])
def test_only_bare_figures_of_two_or_three_digits_change(kept: str) -> None:
    """Hours, years and sums have a form that another figure would break."""
    texts = prints(f"the weir held for 45 hours, {kept} and 120 metres")
    figures = [match.groups() for text in texts if (match := re.search(r"for (\d+) hours, (.+) and (\d+) m", text))]

    assert PRINTS == len(figures)
    assert {kept} == {middle for _, middle, _ in figures}
    assert {(2, 3)} == {(len(first), len(last)) for first, _, last in figures}
    assert len({first for first, _, _ in figures}) > 1


@pytest.mark.parametrize(("long", "short"), CONTRACTIONS)
@pytest.mark.parametrize("way", [1, -1])
def test_a_verb_and_its_not_are_contracted_or_written_out(long: str, short: str, way: int) -> None:
    """Either of both is always there, and nothing else."""
    given, other = (long, short)[::way]
    texts = [text.replace("'", "’") for text in prints(f"they {given} know of it")]

    assert {f"they {given} know of it", f"they {other} know of it"} == set(texts)


@pytest.mark.parametrize(
    "text", ["there was nothing to this notice", "he had noted that it is notable, as it was noticed"]
)
def test_a_word_that_begins_with_not_is_no_negation(text: str) -> None:
    """“This notice” and “was nothing” have the letters of a verb and its “not”."""
    assert {text} == set(prints(text))


def test_names_are_sorted_by_their_length() -> None:
    """Each once; the first word of a sentence may be no name."""
    found = names_in(["Rain fell on Lowmarsh, said Ada Orrin of Lowmarsh.", "Snow fell on Quillford in March."])

    assert {1: ["Lowmarsh", "Quillford"], 2: ["Ada Orrin"]} == found
