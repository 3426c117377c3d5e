"""How the nesting of a JSON text is told without descending into it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.events.nesting import deeper_than

documents = st.recursive(
    st.none() | st.text('[]{}"\\ab'), lambda inner: st.lists(inner) | st.dictionaries(st.text('[{"\\'), inner)
)


def depth(document: object) -> int:
    """The depth by descending."""
    if isinstance(document, dict):
        return 1 + max(map(depth, document.values()), default=0)
    if isinstance(document, list):
        return 1 + max(map(depth, document), default=0)
    return 0


@given(document=documents, limit=st.integers(0, 5))
def test_the_depth_is_the_one_that_descending_finds(document: object, limit: int) -> None:
    """Brackets count where they open arrays and objects, and not within strings."""
    assert (depth(document) > limit) is deeper_than(limit, json.dumps(document).encode())


@pytest.mark.timeout(20)  # seconds; a scan that looked back would take hours
@pytest.mark.parametrize("piece", [b'"', b'\\"', b'[\\"', b"\\", b"[{", b'""'])
def test_a_hostile_text_is_scanned_once(piece: bytes) -> None:
    """No string, however it fails to end, makes the scan look at the same place again and again."""
    openings = b"[]," * 100  # more than the limit, so that only a scan can tell

    assert not deeper_than(64, openings + b'"' + piece * 1_000_000)
