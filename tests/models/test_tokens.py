"""A batch is cut into words and marks, whatever typography it comes in, and each can be found again in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tokens import BOUNDARY, spans, split


def cut(text: str) -> str:
    """The tokens of one text, without its boundaries."""
    return " ".join(split([text])[1:-1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The lock, she said, is shut.", "The lock , she said , is shut ."),
        ("“No,” he said.", '" No , " he said .'),
        ("''No,'' he said.", '" No , " he said .'),
        ("&quot;No&quot;", '" No "'),
        ("It's 'false'.", "It 's ' false ' ."),
        ("They didn’t, couldn't and WON'T pay", "They did n't , could n't and WO n't pay"),
        ("He cannot pay.", "He can not pay ."),
        ("It rose 4.5% to 3,000.", "It rose 4.5 % to 3,000 ."),
        ("The mill—since sold—burnt", "The mill - since sold - burnt"),
        ("A far-fetched idea", "A far-fetched idea"),
        ("Well... (perhaps)", "Well … ( perhaps )"),
        ("zero\u200bwidth", "zerowidth"),
        ("non\u00a0breaking\nspace", "non breaking space"),
        ("shut,\u00a0she\u202fsaid.\u00a0“No,”\nhe\tsaid.\r\n", 'shut , she said . " No , " he said .'),
    ],
)
def test_words_and_marks_come_apart(text: str, expected: str) -> None:
    """One spelling stands for each mark."""
    assert expected == cut(text)


def test_each_text_has_boundaries_of_its_own() -> None:
    """Two texts are as far apart as each is from nothing."""
    assert [BOUNDARY, "Yes", ".", BOUNDARY, BOUNDARY, "No", BOUNDARY] == split(["Yes.", "No"])


def test_a_boundary_inside_a_text_is_white_space() -> None:
    """A control character that comes over the wire cannot shift the labels of a batch by one."""
    assert [BOUNDARY, "a", "b", BOUNDARY, BOUNDARY, "c", BOUNDARY] == split([f"a{BOUNDARY}b", "c"])


@given(st.lists(st.text(), max_size=5))
def test_a_batch_is_cut_as_its_texts_are_alone(texts: list[str]) -> None:
    """A sentence's tokens do not depend on its neighbours."""
    alone = [token for text in texts for token in split([text])]

    assert alone == (split(texts) if texts else [])


def test_tokens_are_found_in_the_text() -> None:
    """Marks are found in the spelling that the text has."""
    text = "“I didn’t—it’s ''false''...” he said"

    found = [text[start:end] for start, end in spans(text)]

    assert ["“", "I", "did", "n’t", "—", "it", "’s", "''", "false", "''", "...", "”", "he", "said"] == found


@given(st.text())
def test_spans_are_in_order_and_inside_the_text(text: str) -> None:
    """There is one span a token, and they never overlap."""
    found = spans(text)
    edges = [edge for span in found for edge in span]

    assert len(split([text])) - 2 == len(found)
    assert sorted(edges) == edges
    assert all(0 <= edge <= len(text) for edge in edges)
