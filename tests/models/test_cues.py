"""The word list holds each form that an entry stands for, once."""

import pytest

from models.cues import Cue, forms, read_cues


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("flatly", ["flatly"]),
        ("deny~", ["deny", "denies", "denied", "denying"]),
        ("dispute~", ["dispute", "disputes", "disputed", "disputing"]),
        ("debunk~", ["debunk", "debunks", "debunked", "debunking"]),
        ("dismiss~", ["dismiss", "dismisses", "dismissed", "dismissing"]),
        ("portray~", ["portray", "portrays", "portrayed", "portraying"]),
        ("rebut~~", ["rebut", "rebuts", "rebutted", "rebutting"]),
        ("rumour+", ["rumour", "rumours"]),
        ("impropriety+", ["impropriety", "improprieties"]),
    ],
)
def test_an_entry_stands_for_its_forms(entry: str, expected: list[str]) -> None:
    """Verbs and nouns are inflected as English does it."""
    assert expected == forms(entry)


def test_a_word_has_its_kind_and_group() -> None:
    """The table's name is the kind, the line's the group."""
    assert Cue("deny", "deny.verb") == read_cues()["denying"]


def test_a_word_keeps_the_first_group_that_names_it() -> None:
    """A clearing of one's name comes before clear words in the list."""
    assert "blame.clear" == read_cues()["cleared"].group


def test_a_word_of_grammar_is_its_own_group() -> None:
    """Such words have no synonyms."""
    assert Cue("grammar", "although") == read_cues()["although"]


def test_words_are_written_as_they_are_looked_up() -> None:
    """Capitals would never be found, since a word is looked up in lower case."""
    assert [] == [word for word in read_cues() if word != word.lower()]
