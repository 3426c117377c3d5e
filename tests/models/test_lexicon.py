"""Every token has a symbol under each view, shared by the words that the view does not tell apart."""

import pytest

from models.lexicon import SHAPES, Lexicon, Seen, Trait, shape_of
from models.tokens import split

CUES = {"denied": ("deny", "deny.verb"), "denies": ("deny", "deny.verb"), "claim": ("assertion", "assertion.claim")}
CUES |= {"reported": ("assertion", "assertion.story"), "the": ("grammar", "the")}
CLASSES = {"ferry": (1, 1), "boat": (1, 1), "train": (2, 1), "denied": (3, 2)}


def look(text: str, *others: str) -> Seen:
    """What a small lexicon sees in one text, or in more."""
    return Lexicon(["quay", "."], CUES, CLASSES).look_up(split([text, *others]))


def same(view: str, text: str) -> bool:
    """Whether a view takes two words for the same."""
    _, first, second, _ = look(text).symbols[view].tolist()
    return bool(first == second)


@pytest.mark.parametrize(
    ("view", "words", "expected"),
    [
        ("word", "denied denies", False),
        ("word", "denied DENIED", True),
        ("word", "zorb zirb", True),
        ("group", "denied denies", True),
        ("group", "claim reported", False),
        ("kind", "claim reported", True),
        ("kind", "denied claim", False),
        ("narrow", "ferry boat", True),
        ("narrow", "ferry train", False),
        ("broad", "ferry train", True),
        ("narrow", "denied denies", False),
        ("group", "zorbing zirbing", True),
        ("group", "zorbing zirbed", False),
    ],
)
def test_a_view_tells_words_apart_or_not(view: str, words: str, expected: bool) -> None:
    """From the word itself to the broadest class of words used alike."""
    assert expected is same(view, words)


def test_names_in_a_row_are_one() -> None:
    """A minister with three names takes as much room as one with one."""
    one, three = look("Odalric denied"), look("Odalric Benthe Fossum denied")

    assert one.symbols["group"].tolist() == three.symbols["group"].tolist()


def test_a_token_knows_where_it_came_from() -> None:
    """Names that were drawn together are found at the first of them."""
    assert [0, 1, 4, 5] == look("Odalric Benthe Fossum denied").source.tolist()


def test_a_cue_at_the_head_of_a_sentence_is_no_name() -> None:
    """Headlines begin with verbs."""
    seen = look("Denied Odalric")

    assert seen.traits[1] & Trait.CUE
    assert not seen.traits[1] & Trait.NAME


def test_each_sentence_begins_at_its_boundary() -> None:
    """The end of the last sentence is told, too."""
    assert [0, 4, 7] == look("the quay", "zorb").starts.tolist()


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("4.5", "number"),
        ("Fossum", "name"),
        ("NATO", "capitals"),
        ("?", "mark"),
        ("rowing", "-ing"),
        ("bed", "word"),
        ("station", "abstract"),
        ("careful", "quality"),
        ("miller", "doer"),
        ("quays", "-s"),
        ("harbour", "word"),
    ],
)
def test_an_unknown_word_is_seen_by_its_look(token: str, expected: str) -> None:
    """Its ending counts where enough is left before it."""
    assert expected == shape_of(token)
    assert expected in SHAPES


@pytest.mark.parametrize(
    ("token", "view", "expected"),
    [
        ("Denied", "word", "denied"),
        ("denied", "kind", "deny"),
        ("denied", "group", "deny.verb"),
        ("ferry", "narrow", "like 'ferry'"),
        ("the", "kind", "the"),
        ("Fossum", "word", "name"),
        (".", "group", "."),
    ],
)
def test_a_view_has_a_name_for_each_token(token: str, view: str, expected: str) -> None:
    """Explanations speak of words and classes, not of numbers."""
    assert expected == Lexicon(["quay", "."], CUES, CLASSES).name(token, view)
