"""Wording that is somebody else's is found; the common coin of the language is not."""

import gzip
from pathlib import Path

import msgspec
import pytest

from training.borrowing import borrowed, given_texts

REAL = "Villagers near the burst dam spent the night on rooftops, officials said."


def test_five_words_in_a_row_are_borrowed() -> None:
    """Each run of five words that is found in a given text is named, whatever its case and marks."""
    ours = "The nuns 'Spent the Night -- on rooftops', said the abbess."
    assert {0: ["spent the night on rooftops"]} == borrowed([ours], [REAL])


def test_four_words_in_a_row_are_not_borrowed() -> None:
    """Shorter runs are the language's."""
    assert {} == borrowed(["The choir spent the night on trains."], [REAL])


def test_function_words_alone_are_not_borrowed() -> None:
    """A run with fewer than two content words belongs to nobody."""
    assert {} == borrowed(["It was not that he had seen them."], ["It was not that he had asked."])


def test_the_set_words_of_a_correction_are_not_borrowed() -> None:
    """A notice can be given in no other words, so it may be."""
    notice = "An earlier version of this article misstated the depth of the {}."
    assert {} == borrowed(["An earlier version of this article gave the wrong year."], [notice.format("lake")])


def test_every_sentence_that_borrows_is_named() -> None:
    """Two sentences with the same run are both found, by their positions."""
    ours = ["She spent the night on rooftops.", "Nothing of note.", "He spent the night on rooftops."]
    assert [0, 2] == sorted(borrowed(ours, [REAL]))


@pytest.mark.parametrize("packed", [False, True])
def test_given_texts_are_read_packed_or_not(tmp_path: Path, packed: bool) -> None:
    """A file of JSON Lines gives its texts; further fields and blank lines are passed over."""
    content = b'{"text": "One."}\n\n{"id": 7, "text": "Two."}\n'
    path = tmp_path / ("texts.jsonl.gz" if packed else "texts.jsonl")
    path.write_bytes(gzip.compress(content) if packed else content)
    assert ["One.", "Two."] == list(given_texts(path))


def test_a_file_without_texts_is_refused(tmp_path: Path) -> None:
    """A comparison with nothing would pass, so a line without a text is an error."""
    path = tmp_path / "rows.jsonl"
    path.write_text('{"sentence": "One."}\n')
    with pytest.raises(msgspec.ValidationError, match="missing required field `text`"):
        list(given_texts(path))
